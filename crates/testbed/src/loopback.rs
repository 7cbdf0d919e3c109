//! Ports of 127.0.0.1.

use std::net::{Ipv4Addr, TcpStream};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::wait;

/// Below the ports that the kernel hands out by itself (from 32768 on Linux, 49152 elsewhere): one of those is soon taken by
/// somebody's connection, even by that of a client that looks whether anybody listens there, which then talks to itself.
const FIRST: u32 = 20_000;
const COUNT: u32 = 12_000;

/// Returns a port on which nobody listens now, and never the same one twice in a process.
///
/// Another process may take it before you do: a server of ours binds port 0 instead; this is for programs that must be told.
#[must_use]
pub fn free_port() -> u16 {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    // Test binaries that run at once start far from each other.
    let start = process::id().wrapping_mul(101);
    (0..COUNT)
        .map(|_| start.wrapping_add(TRIED.fetch_add(1, Ordering::SeqCst)) % COUNT + FIRST)
        .filter_map(|port| u16::try_from(port).ok())
        .find(|port| !accepts(*port))
        .expect("a free port of 127.0.0.1")
}

/// Waits until somebody accepts connections on the port; panics after `deadline`.
#[track_caller]
pub fn wait_for_port(port: u16, deadline: Duration) {
    wait::until(&format!("a server on port {port}"), deadline, || accepts(port));
}

/// Looks by connecting: a listener of our own, bound to see whether it can be, lives on for a moment in every child that another
/// thread is just starting.
fn accepts(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
