//! Keeps secrets out of everything that is shown or kept.

use std::io::Read;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::ports::secret;

/// What stands where a secret stood.
const MASK: &str = "[secret]";
/// A shorter value is too likely to be an ordinary word.
const SHORTEST: usize = 6;
/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;
/// Words in the names of environment variables that hold secrets.
const USUAL: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
];

/// Knows the secrets of this process's environment, as they are and in base64.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Finds every form of every secret; none where there is no secret.
    forms: Option<Arc<AhoCorasick>>,
    /// The longest form, in bytes.
    longest: usize,
}

impl Redactor {
    /// Takes the values of variables with the usual names and of those that the process names, the private keys whose files they name, and
    /// what the files of AWS's, Docker's and npm's own tools hold.
    pub fn new(named: &[String]) -> Self {
        let secret = |name: &str| {
            named.iter().any(|known| known == name) || USUAL.iter().any(|word| name.to_uppercase().contains(word))
        };
        let variables = std::env::vars_os();
        let texts = variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let values = texts.filter(|(name, _)| secret(name)).map(|(_, value)| value);
        Self::of(values.flat_map(|value| [secret::behind(&value), Some(value)]).flatten().chain(secret::in_files()))
    }

    /// Takes these secrets; what is shorter than six bytes is none.
    pub fn of(secrets: impl IntoIterator<Item = String>) -> Self {
        let long = |form: &Vec<u8>| form.len() >= SHORTEST;
        let mut forms: Vec<Vec<u8>> = secrets.into_iter().flat_map(|secret| forms(&secret)).filter(long).collect();
        forms.sort_unstable();
        forms.dedup();
        let longest = forms.iter().map(Vec::len).max().unwrap_or(0);
        // Of two secrets that begin at the same place the longer one is masked whole.
        let found = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&forms);
        Self { forms: found.ok().filter(|_| longest > 0).map(Arc::new), longest }
    }

    /// Masks every secret in a text.
    pub fn text(&self, text: &str) -> String {
        match &self.forms {
            Some(forms) => forms.replace_all(text, &vec![MASK; forms.patterns_len()]),
            None => text.to_owned(),
        }
    }

    /// Masks every secret in bytes.
    pub fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        match &self.forms {
            Some(forms) if forms.is_match(&bytes) => {
                forms.replace_all_bytes(&bytes, &vec![MASK.as_bytes(); forms.patterns_len()])
            }
            _ => bytes,
        }
    }

    /// Masks what is read from something else.
    pub fn reader<R: Read>(&self, reader: R) -> Reader<'_, R> {
        Reader { reader, stream: Some(self.stream()), ready: Vec::new() }
    }

    /// Masks bytes that come in pieces.
    pub fn stream(&self) -> Stream<'_> {
        Stream { redactor: self, held: Vec::new() }
    }
}

/// Masks bytes that come in pieces: what may be the beginning of a secret is held back until it is known.
pub struct Stream<'r> {
    redactor: &'r Redactor,
    held: Vec<u8>,
}

impl Stream<'_> {
    /// Takes the next piece and gives what can be shown. A line is never held back once it is complete.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        if self.redactor.forms.is_none() {
            return piece.to_vec();
        }
        self.held.extend_from_slice(piece);
        let line = self.held.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let unsure = self.held.len().saturating_sub(self.redactor.longest - 1);
        self.give(line.max(unsure))
    }

    /// Gives the rest.
    pub fn finish(mut self) -> Vec<u8> {
        self.redactor.bytes(std::mem::take(&mut self.held))
    }

    /// Gives everything that begins before `until`.
    fn give(&mut self, until: usize) -> Vec<u8> {
        let Some(forms) = &self.redactor.forms else { return std::mem::take(&mut self.held) };
        let mut shown = Vec::with_capacity(until);
        let mut done = 0;
        for found in forms.find_iter(&self.held).take_while(|found| found.start() < until) {
            shown.extend_from_slice(&self.held[done..found.start()]);
            shown.extend_from_slice(MASK.as_bytes());
            done = found.end();
        }
        if done < until {
            shown.extend_from_slice(&self.held[done..until]);
            done = until;
        }
        self.held.drain(..done);
        shown
    }
}

/// Masks what is read from something else.
pub struct Reader<'r, R> {
    reader: R,
    /// None once everything was read.
    stream: Option<Stream<'r>>,
    /// What is masked and not given yet.
    ready: Vec<u8>,
}

impl<R: Read> Read for Reader<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let mut piece = vec![0; if self.ready.is_empty() { PIECE } else { 0 }];
        while self.ready.is_empty() {
            let Some(mut stream) = self.stream.take() else { return Ok(0) };
            match self.reader.read(&mut piece) {
                Ok(0) => self.ready = stream.finish(),
                Ok(length) => {
                    self.ready = stream.push(&piece[..length]);
                    self.stream = Some(stream);
                }
                Err(error) => {
                    self.stream = Some(stream);
                    return Err(error);
                }
            }
        }
        let length = into.len().min(self.ready.len());
        into[..length].copy_from_slice(&self.ready[..length]);
        self.ready.drain(..length);
        Ok(length)
    }
}

/// A secret as it is, its lines where it has several, and what of it stands in any base64 text that it is part of.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let lines = secret.lines().map(str::trim).filter(|line| line.len() >= SHORTEST);
    let whole = [secret, secret.trim()].into_iter().chain(lines).map(|text| text.as_bytes().to_vec());
    let mut forms: Vec<Vec<u8>> = whole.collect();
    if secret.len() < SHORTEST {
        return Vec::new();
    }
    for before in 0..3 {
        let bytes = [&[0; 2][..before], secret.as_bytes()].concat();
        // Characters that hold bits of what stands before or behind the secret are others each time.
        let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            forms.push(encoded.as_bytes()[first..end].to_vec());
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let redactor = Redactor::of(["hunter22".to_owned(), "hunter22-long".to_owned(), "short".to_owned()]);
        assert_eq!(redactor.text("a hunter22-long and hunter22, short"), "a [secret] and [secret], short");
        assert_eq!(redactor.bytes(b"\xffhunter22\xfe".to_vec()), b"\xff[secret]\xfe");
        assert_eq!(Redactor::default().text("hunter22"), "hunter22");
    }

    #[test]
    fn a_key_of_several_lines_is_masked_line_by_line() {
        let redactor = Redactor::of(["-----BEGIN KEY-----\nc2VjcmV0c2VjcmV0\n-----END KEY-----\n".to_owned()]);
        assert_eq!(redactor.text("  c2VjcmV0c2VjcmV0\r\n"), "  [secret]\r\n");
    }

    /// Gives at most three bytes at a time.
    struct Dribble<'a>(&'a [u8]);

    impl Read for Dribble<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let length = into.len().min(3);
            self.0.read(&mut into[..length])
        }
    }

    proptest! {
        #[test]
        fn pieces_say_no_more_than_the_whole(
            text in "(hunter22|hunter|22|xhunter22y|\n|[a-z]){0,30}", cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let redactor = Redactor::of(["hunter22".to_owned()]);
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).chain([0, text.len()]).collect();
            cuts.sort_unstable();
            let mut stream = redactor.stream();
            let mut shown: Vec<u8> = cuts.windows(2).flat_map(|cut| stream.push(&text.as_bytes()[cut[0]..cut[1]])).collect();
            shown.extend(stream.finish());
            prop_assert_eq!(String::from_utf8(shown).unwrap(), redactor.text(&text));
            let mut read = String::new();
            redactor.reader(Dribble(text.as_bytes())).read_to_string(&mut read).unwrap();
            prop_assert_eq!(read, redactor.text(&text));
        }

        #[test]
        fn base64_of_anything_around_a_secret_hides_it(before in any::<Vec<u8>>(), after in any::<Vec<u8>>(), url in any::<bool>()) {
            let secret = "correct horse battery?>~staple";
            let redactor = Redactor::of([secret.to_owned()]);
            let bytes = [before.as_slice(), secret.as_bytes(), after.as_slice()].concat();
            let encoded = if url { URL_SAFE_NO_PAD.encode(bytes) } else { STANDARD_NO_PAD.encode(bytes) };
            prop_assert!(redactor.text(&encoded).contains(MASK), "{}", encoded);
        }
    }
}
