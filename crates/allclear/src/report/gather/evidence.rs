//! The files that show what happened, and what is to be seen of pictures among them.

use allclear_core::event::{self, Kept, Record};
use allclear_ledger::Found;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Gathering;
use crate::report::model::{File, Picture};

/// The largest picture that is shown, in bytes; larger ones are named.
const LARGEST: u64 = 1 << 20;
/// How much all pictures together may have, so that a report can be attached to a ticket.
pub(super) const LARGEST_IN_ALL: u64 = 8 << 20;

/// The kinds of pictures that are shown, with what each begins with. Drawings that can hold scripts are not among them.
const SHOWN: [(&str, &[u8]); 3] =
    [("image/png", b"\x89PNG\r\n\x1a\n"), ("image/jpeg", b"\xff\xd8\xff"), ("image/webp", b"RIFF")];

impl Gathering<'_> {
    /// The evidence of an event.
    pub(super) fn files(&self, seq: u64) -> Vec<File> {
        let record = self.records.iter().find(|record| record.seq == seq);
        let files = |record| move |one| self.file(record, one);
        record.map_or(vec![], |record| record.event.evidence().iter().map(files(record)).collect())
    }

    fn file(&self, record: &Record, one: &event::Evidence) -> File {
        let path = record.evidence_path(&one.name);
        File {
            name: one.name.clone(),
            url: self.page(&path),
            path,
            sha256: one.sha256,
            size: one.size,
            media_type: one.media_type.clone(),
            whole: one.kept == Kept::Ledger,
            picture: self.picture(record, one),
        }
    }

    fn picture(&self, record: &Record, one: &event::Evidence) -> Option<Picture> {
        let (media_type, magic) = SHOWN.iter().find(|(media_type, _)| *media_type == one.media_type)?;
        let named = |why: &str| Some(Picture::Named { why: why.to_owned() });
        if one.size > LARGEST {
            return named("it is too large to be shown here");
        }
        let Some(room) = self.room.get().checked_sub(one.size) else {
            return named("the pictures before it take all the room that a report has for them");
        };
        match self.session.ledger.evidence(record, &one.name) {
            Ok(Found::Whole(bytes)) if bytes.starts_with(magic) => {
                self.room.set(room);
                Some(Picture::Shown { data: format!("data:{media_type};base64,{}", STANDARD.encode(bytes)) })
            }
            Ok(_) => named("it is not a picture, whatever its name says"),
            Err(_) => named("this clone does not have its bytes"),
        }
    }
}
