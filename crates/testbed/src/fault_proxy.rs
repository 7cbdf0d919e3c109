//! A reverse proxy before a real server of 127.0.0.1, in which things go wrong on order: what a client has to live with, between it
//! and any service.
//!
//! It speaks HTTP/1.1 as [RFC 9112](https://www.rfc-editor.org/rfc/rfc9112) frames it, one request a connection. `Host` goes through
//! as it came, so that addresses that the server makes lead back to the proxy.

mod exchange;
mod head;
mod memory;
mod payload;
mod script;

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use self::memory::Memory;
use self::script::Script;
pub use self::script::Trouble;

/// How long either side may stay silent: long for a busy machine, short for a stuck test.
const PATIENCE: Duration = Duration::from_secs(60);

/// A proxy on a free port of 127.0.0.1, until dropped. It lets every request pass, but for those that [`meet`](Self::meet) trouble.
#[derive(Debug)]
pub struct FaultProxy {
    shared: Arc<Shared>,
    port: u16,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    upstream: u16,
    script: Script,
    memory: Memory,
    clients: Mutex<Vec<Arc<TcpStream>>>,
    stopping: AtomicBool,
}

impl FaultProxy {
    /// Stands before the server that listens on this port of 127.0.0.1, now or later: until it does, the answer is 502.
    #[must_use]
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of 127.0.0.1");
        let own = listener.local_addr().expect("the port just bound").port();
        let shared = Arc::new(Shared {
            upstream: port,
            script: Script::default(),
            memory: Memory::default(),
            clients: Mutex::default(),
            stopping: AtomicBool::new(false),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.accept_until_stopped(&listener))
        };
        Self { shared, port: own, acceptor: Some(acceptor) }
    }

    /// Returns the address: `http://127.0.0.1:PORT`, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Orders what the next requests meet, one each in the order of their arrival; nothing where there is `None`, and nothing once
    /// all is used up. What is left of an earlier order is forgotten, and so is what was met.
    pub fn meet(&self, troubles: impl IntoIterator<Item = Option<Trouble>>) {
        self.shared.script.order(troubles);
    }

    /// Returns what each request since the last order met, for the message of a failure: `PUT /x: the answer is lost`.
    #[must_use]
    pub fn met(&self) -> Vec<String> {
        self.shared.script.met()
    }

    /// Returns an order of nought to twelve entries at random, half of them trouble; the same seed always gives the same.
    #[must_use]
    pub fn schedule(seed: u64) -> Vec<Option<Trouble>> {
        script::at_random(seed)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // The acceptor looks at the flag once it has a connection; that one may fail only when it is gone already.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        // A client that keeps a connection open for later would hold the proxy up.
        for client in self.shared.clients().iter() {
            let _ = client.shutdown(Shutdown::Both);
        }
        let ended = self.acceptor.take().map(JoinHandle::join);
        if let Some(Err(panicked)) = ended
            && !thread::panicking()
        {
            panic::resume_unwind(panicked);
        }
    }
}

impl Shared {
    /// Returns once stopped and all requests are done, so that nothing of the proxy outlives it.
    fn accept_until_stopped(&self, listener: &TcpListener) {
        thread::scope(|requests| {
            for stream in listener.incoming() {
                // An error of accept is a client that went away: its own affair.
                let Ok(client) = stream.map(Arc::new) else { continue };
                self.clients().push(Arc::clone(&client));
                // Looked at behind the push: whoever stops us has either seen this client, or is seen here.
                if self.stopping.load(Ordering::SeqCst) {
                    break;
                }
                requests.spawn(move || self.serve(client));
            }
        });
    }

    fn serve(&self, client: Arc<TcpStream>) {
        // An error of a connection is either one that was ordered, or of a client that went away.
        let _: io::Result<()> = exchange::run(self, &client);
        // Closed only by the last who holds it, which shall be now: a reset is a way to close.
        self.clients().retain(|known| !Arc::ptr_eq(known, &client));
        drop(client);
    }

    fn clients(&self) -> MutexGuard<'_, Vec<Arc<TcpStream>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
