/// How a file ends its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Newline {
    Lf,
    CrLf,
}

impl Newline {
    /// Goes by the first line end, so that a file of mixed ones keeps to the style it begins with.
    pub(super) fn of(text: &str) -> Self {
        match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => Self::CrLf,
            _ => Self::Lf,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }

    /// Gives text of ours, which has bare line feeds, the line ends of the file.
    pub(super) fn applied(self, text: &str) -> String {
        text.replace('\n', self.as_str())
    }
}
