//! A git tree in memory: read where it is needed, grown by one file at a time, and named by recomputing what changed.

use std::collections::BTreeMap;

use crate::objects::{Answer, ObjectError, Objects};
use crate::oid::{Format, Oid};

/// The mode of a plain file.
const FILE: Mode = Mode { length: 6, digits: *b"100644" };
/// The mode of a folder.
const FOLDER: Mode = Mode { length: 5, digits: *b"40000\0" };

/// About what an entry takes in a tree object, in bytes.
const ENTRY: usize = 64;

/// The most folders of one level that are read ahead: a tree can name itself many times over, and be larger than any memory.
const MOST: usize = 1_000_000;

/// A folder. What has not been looked at is known by its name alone.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Its name, until it changes.
    id: Option<Oid>,
    /// Its entries, once they were read. A key is the entry's name as git sorts it: that of a folder ends with `/`.
    entries: Option<BTreeMap<Vec<u8>, Node>>,
}

#[derive(Debug)]
enum Node {
    Leaf { mode: Mode, id: Oid },
    Folder(Tree),
}

/// An entry's mode as it is written, octal digits: a ledger has many entries, so none is kept on the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mode {
    length: u8,
    digits: [u8; 6],
}

impl Tree {
    /// A tree with nothing in it.
    pub(crate) fn empty() -> Self {
        Self { id: None, entries: Some(BTreeMap::new()) }
    }

    /// The tree that an object holds.
    pub(crate) fn at(id: Oid) -> Self {
        Self { id: Some(id), entries: None }
    }

    /// Reads every folder below, one question to git a level instead of one a folder. What cannot be read, or is too much, is
    /// left for the moment when it is looked at.
    pub(crate) fn read_all(&mut self, objects: &mut Objects) -> Result<(), ObjectError> {
        let mut level = vec![self];
        while !level.is_empty() && level.len() < MOST {
            let unread: Vec<_> = level.iter_mut().filter(|tree| tree.entries.is_none()).collect();
            let names: Vec<_> = unread.iter().filter_map(|tree| tree.id).collect();
            for (tree, answer) in unread.into_iter().zip(objects.ask_all(&names)?) {
                if let (Answer::Found(object), Some(id)) = (answer, tree.id) {
                    tree.entries = parse(&object.bytes, id.format());
                }
            }
            let entries = level.into_iter().flat_map(|tree| tree.entries.iter_mut().flat_map(BTreeMap::values_mut));
            level = entries.filter_map(|node| if let Node::Folder(tree) = node { Some(tree) } else { None }).collect();
        }
        Ok(())
    }

    /// Returns the blob at a path.
    pub(crate) fn blob(&mut self, objects: &mut Objects, path: &str) -> Result<Option<Oid>, ObjectError> {
        let entries = self.entries(objects)?;
        match path.split_once('/') {
            Some((folder, rest)) => match entries.get_mut(format!("{folder}/").as_bytes()) {
                Some(Node::Folder(tree)) => tree.blob(objects, rest),
                _ => Ok(None),
            },
            None => match entries.get(path.as_bytes()) {
                Some(Node::Leaf { id, .. }) => Ok(Some(*id)),
                _ => Ok(None),
            },
        }
    }

    /// Returns the names in a folder (`releases/1.4.0/`, or nothing for the tree itself), as git sorts them, each with its blob;
    /// folders end with `/` and have none.
    pub(crate) fn list(
        &mut self,
        objects: &mut Objects,
        path: &str,
    ) -> Result<Vec<(String, Option<Oid>)>, ObjectError> {
        let entries = self.entries(objects)?;
        if let Some((folder, rest)) = path.split_once('/') {
            return match entries.get_mut(format!("{folder}/").as_bytes()) {
                Some(Node::Folder(tree)) => tree.list(objects, rest),
                _ => Ok(vec![]),
            };
        }
        let listed = entries.iter().map(|(key, node)| {
            let id = if let Node::Leaf { id, .. } = node { Some(*id) } else { None };
            (String::from_utf8_lossy(key).into_owned(), id)
        });
        Ok(listed.collect())
    }

    /// Adds a plain file, or replaces it.
    pub(crate) fn add(&mut self, objects: &mut Objects, path: &str, id: Oid) -> Result<(), ObjectError> {
        let entries = self.entries(objects)?;
        match path.split_once('/') {
            Some((folder, rest)) => {
                let folder = entries.entry(format!("{folder}/").into()).or_insert_with(|| Node::Folder(Self::empty()));
                if let Node::Folder(tree) = folder {
                    tree.add(objects, rest, id)?;
                }
            }
            None => {
                entries.insert(path.into(), Node::Leaf { mode: FILE, id });
            }
        }
        self.id = None;
        Ok(())
    }

    /// Returns the tree's name, computed from the names of what is in it.
    pub(crate) fn id(&mut self, format: Format) -> Oid {
        if let Some(id) = self.id {
            return id;
        }
        let mut bytes = Vec::with_capacity(self.entries.as_ref().map_or(0, BTreeMap::len) * ENTRY);
        for (key, node) in self.entries.iter_mut().flatten() {
            let (mode, id) = node.described(format);
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(key.strip_suffix(b"/").unwrap_or(key));
            bytes.push(0);
            bytes.extend_from_slice(id.as_bytes());
        }
        *self.id.insert(format.name("tree", &bytes))
    }

    /// Says what is different in another tree: `releases/1.4.0/x was changed`, at most `limit` of them.
    pub(crate) fn differences(
        &mut self,
        other: &mut Self,
        objects: &mut Objects,
        format: Format,
        limit: usize,
    ) -> Result<Vec<String>, ObjectError> {
        let mut found = Vec::new();
        self.compare(other, objects, &mut Comparison { format, limit, path: String::new(), found: &mut found })?;
        Ok(found)
    }

    fn compare(
        &mut self,
        other: &mut Self,
        objects: &mut Objects,
        comparison: &mut Comparison<'_>,
    ) -> Result<(), ObjectError> {
        let (ours, theirs) = (self.entries(objects)?, other.entries(objects)?);
        let mut names: Vec<_> = ours.keys().chain(theirs.keys()).cloned().collect();
        names.sort();
        names.dedup();
        for name in names {
            if comparison.found.len() >= comparison.limit {
                break;
            }
            let (Some(a), Some(b)) = (ours.get_mut(&name), theirs.get_mut(&name)) else {
                let here = ours.contains_key(&name);
                comparison
                    .say(&name, if here { "is not there" } else { "was added, and does not belong to the event" });
                continue;
            };
            if a.described(comparison.format) == b.described(comparison.format) {
                continue;
            }
            match (a, b) {
                (Node::Folder(a), Node::Folder(b)) => {
                    let above = comparison.path.len();
                    comparison.path.push_str(&String::from_utf8_lossy(&name));
                    a.compare(b, objects, comparison)?;
                    comparison.path.truncate(above);
                }
                _ => comparison.say(&name, "was changed"),
            }
        }
        Ok(())
    }

    fn entries(&mut self, objects: &mut Objects) -> Result<&mut BTreeMap<Vec<u8>, Node>, ObjectError> {
        if let (None, Some(id)) = (&self.entries, self.id) {
            let entries = parse(&objects.get(id)?, id.format()).ok_or_else(|| ObjectError::Damaged(id.to_string()))?;
            self.entries = Some(entries);
        }
        Ok(self.entries.get_or_insert_default())
    }
}

struct Comparison<'a> {
    format: Format,
    limit: usize,
    path: String,
    found: &'a mut Vec<String>,
}

impl Comparison<'_> {
    fn say(&mut self, name: &[u8], what: &str) {
        let name = String::from_utf8_lossy(name);
        self.found.push(allclear_core::event::one_line(&format!("{}{name} {what}", self.path)));
    }
}

impl Node {
    fn described(&mut self, format: Format) -> (Mode, Oid) {
        match self {
            Self::Leaf { mode, id } => (*mode, *id),
            Self::Folder(tree) => (FOLDER, tree.id(format)),
        }
    }
}

impl Mode {
    fn read(written: &[u8]) -> Option<Self> {
        let mut digits = [0; 6];
        digits.get_mut(..written.len())?.copy_from_slice(written);
        Some(Self { length: u8::try_from(written.len()).ok()?, digits })
    }

    fn as_bytes(&self) -> &[u8] {
        &self.digits[..usize::from(self.length)]
    }
}

/// Reads the bytes of a tree object: mode, space, name, NUL, and the entry's id in binary, again and again.
fn parse(mut bytes: &[u8], format: Format) -> Option<BTreeMap<Vec<u8>, Node>> {
    let mut entries = BTreeMap::new();
    while !bytes.is_empty() {
        let space = bytes.iter().position(|b| *b == b' ')?;
        let zero = bytes.iter().position(|b| *b == 0)?;
        let (mode, mut name) = (Mode::read(&bytes[..space])?, bytes.get(space + 1..zero)?.to_vec());
        let id = Oid::from_bytes(bytes.get(zero + 1..zero + 1 + format.length())?);
        bytes = &bytes[zero + 1 + format.length()..];
        let node = if mode == FOLDER {
            name.push(b'/');
            Node::Folder(Tree::at(id))
        } else {
            Node::Leaf { mode, id }
        };
        entries.insert(name, node);
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::Git;

    /// A repository with a tree that git made, and the files in it.
    fn made_by_git(format: &str) -> (tempfile::TempDir, Git, Oid, Vec<(&'static str, Oid)>) {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::at(folder.path());
        git.run(["init", "-q", "--object-format", format]).unwrap();
        let mut index = String::new();
        // `a.b` sorts before the folder `a/`, and `a0` after it.
        let files = ["a/b", "a.b", "a0", "a/c/d", "z"].map(|path| {
            let id = git.run_with_input(["hash-object", "-w", "--stdin"], path.as_bytes()).unwrap();
            index += &format!("100644 {id}\t{path}\n");
            (path, Oid::from_hex(&id).unwrap())
        });
        git.run_with_input(["update-index", "--index-info"], index.as_bytes()).unwrap();
        let tree = Oid::from_hex(&git.run(["write-tree"]).unwrap()).unwrap();
        (folder, git, tree, files.to_vec())
    }

    #[test]
    fn trees_have_the_names_that_git_gives_them() {
        for format in ["sha1", "sha256"] {
            let (_folder, git, id, files) = made_by_git(format);
            let mut objects = Objects::of(git);
            let mut grown = Tree::empty();
            for (path, blob) in &files {
                grown.add(&mut objects, path, *blob).unwrap();
            }
            assert_eq!(grown.id(id.format()), id);
            let mut read = Tree::at(id);
            for (path, blob) in &files {
                assert_eq!(read.blob(&mut objects, path).unwrap(), Some(*blob));
                read.add(&mut objects, path, *blob).unwrap();
            }
            assert_eq!(read.id(id.format()), id, "what was read and written again is the same");
            assert_eq!(read.blob(&mut objects, "a").unwrap(), None);
        }
    }

    #[test]
    fn differences_are_named() {
        let (_folder, git, id, files) = made_by_git("sha1");
        let mut objects = Objects::of(git);
        let mut other = Tree::at(id);
        other.add(&mut objects, "a/c/d", files[0].1).unwrap();
        other.add(&mut objects, "new", files[0].1).unwrap();
        let found = Tree::at(id).differences(&mut other, &mut objects, id.format(), 9).unwrap();
        assert_eq!(found, ["a/c/d was changed", "new was added, and does not belong to the event"]);
        let back = other.differences(&mut Tree::at(id), &mut objects, id.format(), 9).unwrap();
        assert_eq!(back, ["a/c/d was changed", "new is not there"]);
    }
}
