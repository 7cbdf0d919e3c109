use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use allclear_testbed::{loopback, wait};

#[test]
fn a_server_is_found_once_it_listens() {
    let port = loopback::free_port();
    assert_ne!(port, 0);
    let server = thread::spawn(move || {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        listener.accept().is_ok()
    });
    loopback::wait_for_port(port, Duration::from_secs(30));
    assert!(server.join().unwrap());
}

#[test]
fn a_free_port_accepts_nobody() {
    let port = loopback::free_port();
    assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
}

#[test]
fn a_condition_is_asked_until_it_holds() {
    let mut asked = 0;
    wait::until("the third time", Duration::from_secs(30), || {
        asked += 1;
        asked == 3
    });
    assert_eq!(asked, 3);
}

#[test]
#[should_panic(expected = "waited 5ms in vain for a miracle")]
fn a_deadline_ends_the_wait() {
    wait::until("a miracle", Duration::from_millis(5), || false);
}
