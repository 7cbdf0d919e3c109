//! The files of our release.

use std::time::Duration;

use ureq::SendBody;
use ureq::http::Request;
use ureq::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};

use super::answers::{Asset, Release};
use super::{GitHubRelease, JSON, VERSION, address};
use crate::content::Meter;
use crate::ports::address::{encoded, is_same_server, shown};
use crate::ports::download::{self, Downloaded, Found};
use crate::ports::registry::{Frozen, Registry};
use crate::step::{Probe, StepError};

/// Files are bytes to us.
const BYTES: &str = "application/octet-stream";
/// How long what was made may take to be listed.
const VISIBILITY: Duration = Duration::from_secs(60);

impl GitHubRelease {
    fn asset(&self, release: &Release, name: &str) -> Result<Option<Asset>, StepError> {
        Ok(self.assets(release)?.into_iter().find(|asset| asset.name == name))
    }

    /// Reads an asset through the API, as who has the token may.
    fn bytes(&self, asset: &Asset, most: u64) -> Result<Option<(Found, u64)>, StepError> {
        let ask = |url: &str| {
            let of = Request::get(url).header(ACCEPT, BYTES);
            // It is sent on to where the bytes are, and the token stays here.
            let is_own = is_same_server(url, &self.forge.url);
            self.forge.ask(if is_own { self.forge.authorized(of) } else { of }, ())
        };
        download::file(&format!("{}/releases/assets/{}", self.forge.url, asset.id), most, &ask)
    }

    /// Says whether what is there is ours.
    fn compare(&self, asset: &Asset, file: &Frozen) -> Result<Probe, StepError> {
        let place = asset.browser_download_url.clone();
        let digest = match asset.sha256() {
            Some(digest) => Some(digest),
            None if file.content.size != 0 && file.content.size != asset.size => {
                return Ok(Probe::Foreign { found: format!("a file of {} bytes", asset.size) });
            }
            None => match self.bytes(asset, file.most())? {
                Some((Found::Whole(digest), _)) => Some(digest),
                Some((Found::Other(_), _)) => None,
                None => return Ok(Probe::Absent),
            },
        };
        Ok(file.against(digest, place))
    }

    /// What stands in the way of an upload: a half of it, of an upload that broke off, is taken away. Nothing else is.
    fn make_way(&self, release: &Release, file: &Frozen, refusal: StepError) -> Result<(), StepError> {
        let Some(asset) = self.asset(release, &file.name)? else { return Err(refusal) };
        if asset.is_whole() {
            // The next look tells whose it is.
            return Ok(());
        }
        let path = format!("releases/assets/{}", asset.id);
        let answer = self.forge.ask(
            self.forge.authorized(
                Request::delete(format!("{}/{path}", self.forge.url)).header(ACCEPT, JSON).header(VERSION.0, VERSION.1),
            ),
            (),
        )?;
        match answer.status().as_u16() {
            204 | 404 => Err(StepError::Passing {
                what: format!("`{}` was there by half, which is taken away", file.name),
                after: None,
            }),
            _ => Err(self.forge.refused(&self.forge.what("DELETE", &path), answer)),
        }
    }
}

/// A file is an asset of the release under its own name. The release itself is no file, and must be there before.
impl Registry for GitHubRelease {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let Some(release) = self.ours()? else { return Ok(Probe::Absent) };
        match self.asset(&release, &file.name)? {
            Some(asset) if asset.is_whole() => self.compare(&asset, file),
            _ => Ok(Probe::Absent),
        }
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let release = self.ours()?.ok_or_else(|| self.unseen())?;
        let url = address::uploads(&release.upload_url, &self.forge.url)?;
        let of = Request::post(format!("{url}?name={}", encoded(&file.name)));
        let of = of.header(ACCEPT, JSON).header(VERSION.0, VERSION.1);
        let of = of.header(CONTENT_TYPE, BYTES).header(CONTENT_LENGTH, file.content.size);
        let mut content = file.content.open(meter)?;
        let answer = self.forge.ask(self.forge.authorized(of), SendBody::from_reader(&mut content))?;
        let what = format!("`POST {}`", shown(&url));
        match answer.status().as_u16() {
            201 => {
                let asset: Asset = self.forge.read(&what, answer)?;
                match asset.name == file.name {
                    true => Ok(()),
                    false => Err(StepError::Refused(format!(
                        "GitHub calls `{}` `{}`: rename the artifact, and delete that asset of the draft",
                        file.name,
                        asset.name.escape_debug()
                    ))),
                }
            }
            422 => {
                let refusal = self.forge.refused(&what, answer);
                self.make_way(&release, file, refusal)
            }
            _ => Err(self.forge.refused(&what, answer)),
        }
    }

    /// Where it is, everybody is told by the API; the bytes come from there without a token, and through the API with one where nobody else gets
    /// them.
    fn download(&self, file: &Frozen) -> Result<Option<Downloaded>, StepError> {
        let Some(release) = self.public()? else { return Ok(None) };
        let Some(asset) = self.asset(&release, &file.name)?.filter(Asset::is_whole) else { return Ok(None) };
        let everybody = |url: &str| self.forge.ask(Request::get(url).header(ACCEPT, BYTES), ());
        let open = || download::file(&asset.browser_download_url, file.most(), &everybody);
        let own = self.forge.token.is_some().then_some(|| self.bytes(&asset, file.most()));
        let read = download::openly(open, own)?;
        let place = shown(&asset.browser_download_url).to_owned();
        Ok(read.map(|((found, size), by)| Downloaded { found, size, place, by }))
    }

    fn visibility(&self) -> Duration {
        VISIBILITY
    }
}
