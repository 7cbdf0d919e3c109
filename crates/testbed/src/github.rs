//! A double of what GitHub's API says and does about releases. No forge can be had as a program, so this one is ours, held against
//! GitHub's own description of its API by [`Prism`](crate::Prism).
//!
//! # What is as there
//!
//! - Drafts are listed, to who may write, and never found by their tag; several may name one tag; of public releases there is one a tag.
//! - Who makes a release public whose tag is not there has one made.
//! - An upload that breaks off leaves an asset in the state `starter`, and a name that is taken is refused. Names with other characters
//!   are changed. Nothing empty is taken.
//! - Bytes come from another server, which refuses who shows it a token.
//! - Tags are those of a real repository.
//!
//! # What is not
//!
//! Limits of how much may be asked, caches, rights but for writing and reading, everything that has nothing to do with releases.

mod answers;
mod routes;
mod store;

use std::io;
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::store::Store;
pub use self::store::{Asset, Release};
use crate::Origin;
use crate::git_http::request::Request;
use crate::listening::Listening;

/// How long a client may stay silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// The one repository that it has.
const REPOSITORY: &str = "example/harbor";

/// A forge on a free port of 127.0.0.1, until dropped.
#[derive(Debug)]
pub struct GitHub {
    shared: Arc<Shared>,
    listening: Listening,
}

#[derive(Debug, Default)]
struct Shared {
    store: Mutex<Store>,
    /// Where the tags are.
    origin: Mutex<Option<Origin>>,
}

impl GitHub {
    /// The token of somebody who may write.
    pub const WRITER: &str = "ghp_token-of-a-writer";
    /// The token of somebody who may read only.
    pub const READER: &str = "ghp_token-of-a-reader";

    /// Starts it, without a release and without a tag.
    #[must_use]
    pub fn serve() -> Self {
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        // An error of a connection is a client that went away.
        let listening = Listening::start(move |stream| drop(handle(&served, stream)));
        Self { shared, listening }
    }

    /// Returns the port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.listening.port()
    }

    /// Returns the address of the repository in the API, as whoever listens on this port of 127.0.0.1 passes it on.
    #[must_use]
    pub fn url_by(port: u16) -> String {
        format!("http://127.0.0.1:{port}/repos/{REPOSITORY}")
    }

    /// Returns the address of the repository in the API.
    #[must_use]
    pub fn url(&self) -> String {
        Self::url_by(self.port())
    }

    /// From now on its repository has the tags of this one.
    pub fn has_tags_of(&self, origin: &Origin) {
        *self.shared.origin.lock().unwrap_or_else(PoisonError::into_inner) = Some(origin.clone());
    }

    /// From now on it calls itself so in the addresses that it gives, whatever it is called by: `http://127.0.0.1:PORT`.
    pub fn is_known_as(&self, url: &str) {
        self.shared.store().known_as = Some(url.to_owned());
    }

    /// From now on it tells no digests, as of files from before June 2025.
    pub fn tells_no_digests(&self) {
        self.shared.store().tells_no_digests = true;
    }

    /// Adds a release as a person makes it on the page of the repository.
    pub fn add(&self, release: Release) {
        self.shared.store().add(release);
    }

    /// Calls a release the latest, as a person does on its page.
    pub fn call_latest(&self, tag: &str) {
        let mut store = self.shared.store();
        store.latest = store.public(tag).map(|release| release.id);
    }

    /// Lets a person change a release; panics where there is no such one.
    pub fn change(&self, tag: &str, change: impl FnOnce(&mut Release)) {
        let mut store = self.shared.store();
        change(store.releases.iter_mut().find(|release| release.tag == tag).expect("a release of this tag"));
    }

    /// Returns all releases, in the order in which they were made.
    #[must_use]
    pub fn releases(&self) -> Vec<Release> {
        self.shared.store().releases.clone()
    }

    /// Returns the tag of the release that is called the latest.
    #[must_use]
    pub fn latest(&self) -> Option<String> {
        let store = self.shared.store();
        store.releases.iter().find(|release| Some(release.id) == store.latest).map(|latest| latest.tag.clone())
    }

    /// Returns the tags that it made by itself, because a release was made public that had none.
    #[must_use]
    pub fn own_tags(&self) -> Vec<String> {
        self.shared.store().own_tags.clone()
    }
}

impl Shared {
    fn store(&self) -> std::sync::MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The object that a name stands for in the repository, and of which kind it is.
    fn object(&self, name: &str) -> Option<(String, String)> {
        let origin = self.origin.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let found = origin.try_git(&["rev-parse", "--quiet", "--verify", name]);
        let id = found.status.success().then(|| found.stdout.trim().to_owned())?;
        Some((origin.git(&["cat-file", "-t", &id]), id))
    }
}

fn handle(shared: &Shared, stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (mut request, whole) = Request::read_what_comes(stream)?;
    match routes::answer(shared, &mut request, whole.is_ok())? {
        Some(reply) => reply.send(stream),
        None => Ok(()),
    }
}
