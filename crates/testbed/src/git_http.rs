//! A real smart-HTTP git server: `git http-backend` behind a small loop of our own, with faults to order.

mod backend;
mod basic_auth;
mod faults;
pub(crate) mod reply;
pub(crate) mod request;

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use self::basic_auth::Users;
pub use self::faults::Fault;
use self::faults::Faults;
use self::reply::Reply;
use self::request::Request;
use crate::TestEnv;
use crate::listening::Listening;

/// How long a client may stay silent: long for a busy machine, short for a stuck test.
const PATIENCE: Duration = Duration::from_secs(30);

/// A git server on 127.0.0.1 for every repository in a test's root, until dropped.
///
/// One connection a request. Reading is free; a push needs one of the users, when there are any.
#[derive(Debug)]
pub struct GitHttp {
    server: Arc<Server>,
    listening: Listening,
}

#[derive(Debug)]
struct Server {
    env: TestEnv,
    users: Users,
    faults: Faults,
}

impl GitHttp {
    /// Serves the root of the environment to these users, each a name and a password.
    #[must_use]
    pub fn serve(env: &TestEnv, users: &[(&str, &str)]) -> Self {
        let server = Arc::new(Server { env: env.clone(), users: Users::new(users), faults: Faults::default() });
        let listening = {
            let server = Arc::clone(&server);
            // An error of a connection is a client that went away, killed perhaps: its own affair.
            Listening::start(move |stream| drop(server.handle(stream)))
        };
        Self { server, listening }
    }

    /// Returns the port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.listening.port()
    }

    /// Returns the URL of a repository, given by its path in the root (`origin.git`), for somebody without a password.
    #[must_use]
    pub fn url(&self, repo: &str) -> String {
        format!("http://127.0.0.1:{}/{repo}", self.port())
    }

    /// Returns the URL of a repository with the user's name and password in it; panics for somebody who is no user.
    #[must_use]
    #[track_caller]
    pub fn url_for(&self, user: &str, repo: &str) -> String {
        let password = self.server.users.password_of(user);
        format!("http://{user}:{password}@127.0.0.1:{}/{repo}", self.port())
    }

    /// Orders a fault; they happen in the order given, each to the next request that it fits.
    pub fn fail_next(&self, fault: Fault) {
        self.server.faults.order(fault);
    }

    /// Returns how many faults were ordered and have not happened yet.
    #[must_use]
    pub fn faults_left(&self) -> usize {
        self.server.faults.left()
    }

    /// Takes the server down (every connection is closed at once, no ordered fault is used up), or up again.
    pub fn down(&self, down: bool) {
        self.server.faults.down(down);
    }
}

impl Server {
    fn handle(&self, stream: &TcpStream) -> io::Result<()> {
        if self.faults.closes_connection() {
            return Ok(());
        }
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        match self.answer(Request::read(stream)?) {
            Some(reply) => reply.send(stream),
            None => Ok(()),
        }
    }

    /// Returns the reply, or nothing when the answer is to be lost.
    fn answer(&self, request: Request) -> Option<Reply> {
        let user = self.users.identify(request.header("authorization"));
        if request.concerns_push() && self.users.required() && user.is_none() {
            return Some(Reply::unauthorized());
        }
        let fault = if request.is_push() { self.faults.of_push() } else { None };
        if let Some(Fault::Status(code)) = fault {
            return Some(Reply::empty(code));
        }
        let reply = backend::run(&self.env, user, request);
        (fault != Some(Fault::LoseAnswer)).then_some(reply)
    }
}
