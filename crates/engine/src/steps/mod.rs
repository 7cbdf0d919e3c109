//! The kinds of steps, one file each.

pub mod archive;
pub mod attest;
pub mod branch;
pub mod build;
pub mod bump;
pub mod changelog;
pub mod ci;
pub mod commit;
pub mod deploy;
pub mod docs_verify;
mod frozen;
pub mod helm_verify;
pub mod manual;
pub mod publish;
pub mod reports;
pub mod run;
pub mod sign_off;
pub mod smoke;
pub mod soak;
pub mod tag;
pub mod up_to_date;
pub mod versions_agree;
