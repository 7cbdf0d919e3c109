//! Releases and their files, and the rules about them.

/// A release.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// Its number; given to it when it is added.
    pub id: u64,
    /// The tag that it names, which need not be there.
    pub tag: String,
    /// The branch or commit on which a tag would be put.
    pub target: String,
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// Whether only its makers see it.
    pub draft: bool,
    /// Whether it is a prerelease.
    pub prerelease: bool,
    /// Its files.
    pub assets: Vec<Asset>,
}

/// A file of a release.
#[derive(Clone, Debug, Default)]
pub struct Asset {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Whether all of it came.
    pub whole: bool,
    /// Its bytes; none where not all of it came.
    pub bytes: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) releases: Vec<Release>,
    pub(super) latest: Option<u64>,
    pub(super) own_tags: Vec<String>,
    pub(super) known_as: Option<String>,
    pub(super) tells_no_digests: bool,
    last_id: u64,
}

/// Why something is refused: the field, and what about it.
pub(super) type Refusal = (&'static str, &'static str);

impl Store {
    fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub(super) fn release(&self, id: u64) -> Option<&Release> {
        self.releases.iter().find(|release| release.id == id)
    }

    pub(super) fn public(&self, tag: &str) -> Option<&Release> {
        self.releases.iter().find(|release| !release.draft && release.tag == tag)
    }

    pub(super) fn asset(&self, id: u64) -> Option<(&Release, &Asset)> {
        let of = |release| Some((release, Release::asset(release, id)?));
        self.releases.iter().find_map(of)
    }

    pub(super) fn add(&mut self, mut release: Release) -> u64 {
        release.id = self.next_id();
        for asset in &mut release.assets {
            asset.id = self.next_id();
        }
        self.releases.push(release);
        self.last_id
    }

    /// Makes a release public; `has_tag` is whether its tag is there.
    pub(super) fn publish(&mut self, id: u64, latest: bool, has_tag: bool) -> Result<(), Refusal> {
        let Some(release) = self.release(id) else { return Ok(()) };
        let tag = release.tag.clone();
        if self.public(&tag).is_some_and(|public| public.id != id) {
            return Err(("tag_name", "already_exists"));
        }
        if !has_tag {
            self.own_tags.push(tag);
        }
        let release = self.releases.iter_mut().find(|release| release.id == id);
        if let Some(release) = release {
            release.draft = false;
            if latest && !release.prerelease {
                self.latest = Some(id);
            }
        }
        Ok(())
    }

    /// Adds a file, of which not all need have come; its name may not stay.
    pub(super) fn attach(&mut self, id: u64, name: &str, bytes: Vec<u8>, whole: bool) -> Result<u64, Refusal> {
        let (name, own) = (renamed(name), self.next_id());
        let Some(release) = self.releases.iter_mut().find(|release| release.id == id) else {
            return Err(("release", "missing"));
        };
        if release.assets.iter().any(|asset| asset.name == name) {
            return Err(("name", "already_exists"));
        }
        if whole && bytes.is_empty() {
            return Err(("size", "custom"));
        }
        let bytes = if whole { bytes } else { Vec::new() };
        release.assets.push(Asset { id: own, name, whole, bytes });
        Ok(own)
    }

    pub(super) fn delete_asset(&mut self, id: u64) -> bool {
        let before: usize = self.releases.iter().map(|release| release.assets.len()).sum();
        self.releases.iter_mut().for_each(|release| release.assets.retain(|asset| asset.id != id));
        before != self.releases.iter().map(|release| release.assets.len()).sum::<usize>()
    }
}

impl Release {
    fn asset(&self, id: u64) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.id == id)
    }
}

/// The name that a file gets: what is special becomes a dot, dots that follow each other one, and those at the ends go.
fn renamed(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_+@".contains(c) { c } else { '.' };
    let dotted: String = name.chars().map(plain).collect();
    dotted.split('.').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")
}
