//! Support for Allclear's tests: sample repositories, real local services, fault injection.
//!
//! Knows nothing of the other crates, so that each of them can use it. For Unix: it leans on `sh`, signals and `ulimit`.
//! Everything here panics when it cannot do its work, because a test that lost its footing has nothing to say.
//!
//! # What is real
//!
//! - **git**: the program of the machine, on repositories in real files, with real hooks.
//! - **HTTP**: real TCP on 127.0.0.1 and git's own `git http-backend`, so pushes go through the whole smart protocol.
//! - **an object store**: SeaweedFS, which speaks S3, checks signatures and keeps files; `./test` gets it.
//! - **registries**: Docker's own for images and charts ([`DockerRegistry`]), pypiserver and devpi for Python packages
//!   ([`PypiServer`], [`Devpi`]), Verdaccio for npm packages ([`Verdaccio`]), Ktra for crates ([`Ktra`]); `./test` gets them.
//! - **GitHub's client**, and its own description of its API, which [`Prism`] holds our double against; `./test` gets them.
//! - **a web server** that keeps what is `PUT` there: nginx ([`Nginx`]).
//! - **trouble on the way to a service**: [`FaultProxy`] stands before any of them and cuts, resets, delays and repeats real
//!   connections; what the service has done by then, it has really done.
//! - **processes and kills**: real programs that die of a real SIGKILL.
//! - **a write that fails**: the kernel refuses it (`EFBIG`), see [`limits`].
//!
//! # What is not
//!
//! - **people, time and identity**: [`TestEnv`] invents them. git's clock moves a minute a commit, so commit ids are the same
//!   in every run.
//! - **the forge**: no TLS, no proxy, no review; [`hooks`] says no where a protected branch would. Of its API only releases, as a double of
//!   ours ([`GitHub`]).
//! - **caches between us and a service**: a stale answer of [`FaultProxy`] is one that it gave before, kept for as long as a test says.
//! - **passwords**: compared as text, in the clear, for pushes only; reading is free for all.
//! - **a full disk**: what we limit is the size of each file, so small files can still be written.
//! - **a power cut**: a killed process leaves its writes in the kernel's cache; what was never fsynced is not lost here.

mod cargo;
mod devpi;
mod docker_registry;
mod env;
mod exchange;
mod fault_proxy;
mod git_http;
mod github;
mod guarded;
mod image;
mod ktra;
mod listening;
mod nginx;
mod origin;
mod prism;
mod pypi_server;
mod ran;
mod repo;
mod s3;
mod verdaccio;

pub mod hooks;
pub mod kill;
pub mod limits;
pub mod loopback;
mod token_server;
pub mod tree;
pub mod wait;

pub use devpi::Devpi;
pub use docker_registry::DockerRegistry;
pub use env::TestEnv;
pub use exchange::exchange;
pub use fault_proxy::{FaultProxy, Trouble};
pub use git_http::{Fault, GitHttp};
pub use github::{Asset, GitHub, Release};
pub use guarded::{BASIC, PUBLISHER};
pub use image::SAVE_IMAGE;
pub use ktra::Ktra;
pub use nginx::Nginx;
pub use origin::Origin;
pub use prism::Prism;
pub use pypi_server::PypiServer;
pub use ran::Ran;
pub use repo::Repo;
pub use s3::{OWNER, READER, S3Server};
pub use verdaccio::Verdaccio;
