//! Events and evidence in git: append, read, share, verify.
//!
//! The ledger is a branch with one commit for each event, which only ever adds files; see [`Ledger`]. What is recorded is on disk
//! at once, in a journal, and becomes commits when it is shared. [`git`] is the one runner of git for the whole project, and
//! [`fault`] the hook by which tests kill the program where it hurts most.

mod append;
mod chain;
mod commit;
mod disk;
pub mod evidence;
pub mod fault;
mod fold;
pub mod git;
mod journal;
mod ledger;
mod objects;
mod oid;
mod pending;
mod read;
mod report;
mod settle;
mod share;
mod store;
mod tip;
mod tree;
mod verify;

pub use append::Draft;
pub use chain::{Illegal, Standing};
pub use disk::DiskError;
pub use journal::JournalError;
pub use ledger::{Config, Head, Ledger, LedgerError};
pub use objects::ObjectError;
pub use pending::Pending;
pub use read::Found;
pub use report::{Finding, MOST, Report};
pub use settle::SetAside;
pub use share::{Reached, Shared};
pub use store::{Store, StoreError};
