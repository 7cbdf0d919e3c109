//! A server of our own on a free port of 127.0.0.1: each connection in a thread, none of which outlives it.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// A server, until dropped.
#[derive(Debug)]
pub(crate) struct Listening {
    port: u16,
    stopping: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

impl Listening {
    /// Handles every connection so.
    pub(crate) fn start(handle: impl Fn(&TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of 127.0.0.1");
        let port = listener.local_addr().expect("the port just bound").port();
        let stopping = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stopping);
        let acceptor = thread::spawn(move || {
            // Returns once stopped and all requests are done.
            thread::scope(|requests| {
                for stream in listener.incoming() {
                    if asked.load(Ordering::SeqCst) {
                        break;
                    }
                    // An error of accept is a client that went away, killed perhaps: its own affair.
                    let (Ok(stream), handle) = (stream, &handle) else { continue };
                    requests.spawn(move || handle(&stream));
                }
            });
        });
        Self { port, stopping, acceptor: Some(acceptor) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // The acceptor looks at the flag once it has a connection; that one may fail only when it is gone already.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        let ended = self.acceptor.take().map(JoinHandle::join);
        if let Some(Err(panicked)) = ended
            && !thread::panicking()
        {
            panic::resume_unwind(panicked);
        }
    }
}
