//! One request, and what becomes of it.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::time::Duration;

use super::head::Head;
use super::memory::{self, Copying, Kept};
use super::payload::{self, Body, Framing};
use super::{PATIENCE, Shared, Trouble};

/// In how many pieces a slow answer comes.
const PIECES: u64 = 8;
/// How long a slow answer pauses between two pieces: enough for the client to read the first alone.
const PAUSE: Duration = Duration::from_millis(1);

/// A request whose body has not been read yet.
struct Exchange<'a> {
    shared: &'a Shared,
    client: &'a TcpStream,
    request: Head,
    framing: Framing,
    body: Body<BufReader<&'a TcpStream>>,
    /// Whether the client waits to be asked for the body: RFC 9110, section 10.1.1.
    hesitates: bool,
}

/// An answer of the server whose body has not been read yet.
struct Answer {
    head: Head,
    framing: Framing,
    body: Body<BufReader<TcpStream>>,
    /// When the request arrived, counted in changes.
    arrived: u64,
}

/// Reads the one request of a connection, and answers it or does not.
pub(super) fn run(shared: &Shared, client: &TcpStream) -> io::Result<()> {
    prepare(client)?;
    let mut input = BufReader::new(client);
    let Some(mut request) = Head::read(&mut input)? else { return Ok(()) };
    let framing = request.framing_of_request()?;
    let hesitates = request.header("expect").eq_ignore_ascii_case("100-continue") && framing != Framing::Length(0);
    request.remove("expect");
    let trouble = shared.script.next(&format!("{} {}", request.method(), request.target()));
    let body = Body::new(input, framing);
    Exchange { shared, client, request, framing, body, hesitates }.meet(trouble)
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)
}

/// Makes the connection end in a reset as soon as it is closed, with all that is on its way.
fn reset(stream: &TcpStream) -> io::Result<()> {
    Ok(rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?)
}

/// Sends so many bytes piece by piece.
fn in_pieces(all: &mut impl Read, length: u64, out: &mut impl Write) -> io::Result<()> {
    for _ in 0..PIECES {
        io::copy(&mut all.take(length.div_ceil(PIECES)), out)?;
        out.flush()?;
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

impl Exchange<'_> {
    fn meet(mut self, trouble: Option<Trouble>) -> io::Result<()> {
        match trouble {
            Some(Trouble::ResetMidUpload) => self.reset_mid_upload(),
            Some(Trouble::ErrorBefore(status)) => self.say(status, None),
            Some(Trouble::TooMany { retry_after_s }) => self.say(429, Some(retry_after_s)),
            Some(Trouble::StaleRead) => match self.stale() {
                Some(kept) => self.send(&kept.head, kept.framing, &mut kept.body.as_slice()),
                None => self.pass(),
            },
            Some(Trouble::AnswerLost) => self.answer().and_then(|mut answer| answer.swallow()),
            Some(Trouble::ErrorAfter(status)) => {
                self.answer()?.swallow()?;
                self.say(status, None)
            }
            Some(Trouble::SlowBody) => self.slowly(),
            Some(Trouble::CutBody) => self.cut(),
            None => self.pass(),
        }
    }

    /// Lets the request and the answer through.
    fn pass(mut self) -> io::Result<()> {
        let Ok(answer) = self.answer() else { return self.say(502, None) };
        let mut body = Copying::new(answer.body, memory::is_read(&self.request));
        self.send(&answer.head, answer.framing, &mut body)?;
        if let Some(body) = body.copy() {
            let kept = Kept { head: answer.head, framing: answer.framing, body };
            self.shared.memory.keep(&self.request, answer.arrived, kept);
        }
        Ok(())
    }

    fn stale(&self) -> Option<Kept> {
        self.shared.memory.before_the_last_change(&self.request)
    }

    /// Sends the whole request to the server, and reads the head of its answer.
    fn answer(&mut self) -> io::Result<Answer> {
        let arrived = self.shared.memory.arrives(&self.request);
        let mut server = self.connect()?;
        self.ask_for_the_body()?;
        // A server that has heard enough may answer and close before all is sent.
        payload::send(&mut self.body, self.framing, &mut server)?;
        let mut input = BufReader::new(server);
        let mut head = loop {
            let head = Head::read(&mut input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if head.status()? >= 200 {
                break head;
            }
        };
        head.close();
        let framing = head.framing_of_answer(self.request.method())?;
        Ok(Answer { head, framing, body: Body::new(input, framing), arrived })
    }

    /// Returns a connection on which the head has been sent.
    fn connect(&self) -> io::Result<TcpStream> {
        let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, self.shared.upstream))?;
        prepare(&server)?;
        let mut head = self.request.clone();
        head.close();
        server.write_all(&head.bytes())?;
        Ok(server)
    }

    fn ask_for_the_body(&mut self) -> io::Result<()> {
        let mut client = self.client;
        match std::mem::take(&mut self.hesitates) {
            true => client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n"),
            false => Ok(()),
        }
    }

    /// Answers in the server's place. The reason phrase is left empty, as RFC 9112 section 4 allows.
    fn say(mut self, status: u16, retry_after_s: Option<u32>) -> io::Result<()> {
        let mut head = Head::new(format!("HTTP/1.1 {status} "));
        head.set("Content-Length", &0);
        head.close();
        if let Some(seconds) = retry_after_s {
            head.set("Retry-After", &seconds);
        }
        self.send(&head, Framing::Length(0), &mut io::empty())
    }

    /// Sends an answer to the client.
    fn send(&mut self, head: &Head, framing: Framing, body: &mut impl Read) -> io::Result<()> {
        let mut client = self.client;
        client.write_all(&head.bytes())?;
        payload::send(body, framing, &mut client)?;
        client.shutdown(Shutdown::Write)?;
        // Closed with something unread, the connection would be reset, and the answer with it.
        if !self.hesitates {
            io::copy(&mut self.body, &mut io::sink())?;
        }
        Ok(())
    }

    fn reset_mid_upload(mut self) -> io::Result<()> {
        reset(self.client)?;
        if self.framing == Framing::Length(0) {
            return Ok(());
        }
        self.shared.memory.arrives(&self.request);
        let mut server = self.connect()?;
        self.ask_for_the_body()?;
        if let Framing::Length(length) = self.framing {
            io::copy(&mut self.body.take(length / 2), &mut server)?;
        } else {
            let mut piece = vec![0; 1 << 10];
            let read = self.body.read(&mut piece)?;
            payload::chunk(&piece[..read], &mut server)?;
        }
        // Not reset on this side: that would take back from the server what it has not read yet.
        server.shutdown(Shutdown::Write)
    }

    fn slowly(mut self) -> io::Result<()> {
        let (head, mut body, length) = self.answer()?.whole()?;
        let head = head.bytes();
        let all = head.len() as u64 + length;
        let mut client = self.client;
        in_pieces(&mut head.chain(&mut body), all, &mut client)?;
        client.shutdown(Shutdown::Write)
    }

    /// Of an answer without a body, the head is cut.
    fn cut(mut self) -> io::Result<()> {
        let (head, body, length) = self.answer()?.whole()?;
        let head = head.bytes();
        let end = if length == 0 { head.len() / 2 } else { head.len() };
        let mut client = self.client;
        client.write_all(&head[..end])?;
        io::copy(&mut body.take(length / 2), &mut client)?;
        client.shutdown(Shutdown::Write)
    }
}

impl Answer {
    /// Reads it to its end: what the server has said to its end it has done.
    fn swallow(&mut self) -> io::Result<()> {
        io::copy(&mut self.body, &mut io::sink()).map(drop)
    }

    /// Returns the head, which tells the length now, the body on disk, and its length.
    fn whole(mut self) -> io::Result<(Head, File, u64)> {
        let mut file = tempfile::tempfile()?;
        let length = io::copy(&mut self.body, &mut file)?;
        file.rewind()?;
        // The length that stands in an answer without a body is that of another answer, to `GET`.
        if self.framing != Framing::Length(0) {
            self.head.remove("transfer-encoding");
            self.head.set("Content-Length", &length);
        }
        Ok((self.head, file, length))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::in_pieces;

    /// Keeps what is written between two flushes apart.
    struct Pieces(Vec<Vec<u8>>);

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.last_mut().expect("the piece that is being written").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.push(Vec::new());
            Ok(())
        }
    }

    #[test]
    fn a_slow_answer_comes_in_eight_pieces() {
        let mut pieces = Pieces(vec![Vec::new()]);
        in_pieces(&mut &[b'x'; 30][..], 30, &mut pieces).unwrap();
        assert_eq!(pieces.0.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 4, 4, 4, 4, 4, 2, 0]);
    }
}
