//! Who this agent is: a code once, a token from then on.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    time::Duration,
};

use anyhow::{Context as _, bail};
use proto::printing::v1::{PairAgentRequest, agent_service_client::AgentServiceClient};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tonic::{Code, transport::Channel};

use crate::config::Config;

const FILE: &str = "paired.toml";
const FRESH_FILE: &str = "paired.toml.new";
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// The code was refused, which trying again does not help.
#[derive(Debug, thiserror::Error)]
#[error(
    "the pairing code is wrong, used or too old: let the head office make a new one and put it into the configuration"
)]
pub struct CodeRefused;

/// What the agent shows.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Paired {
    pub(crate) agent_id: String,
    pub(crate) token: String,
    /// The code that was exchanged for it; another one in the configuration is exchanged anew.
    code: String,
}

/// Who the agent is; pairs where it is nobody yet, or has got another code. An agent that becomes another
/// one begins with an empty spool, for the jobs in it were another one's.
pub(crate) async fn paired(
    config: &Config,
    channel: &Channel,
    stop: &CancellationToken,
) -> anyhow::Result<Paired> {
    fs::create_dir_all(&config.spool)
        .with_context(|| format!("make {}", config.spool.display()))?;
    let before = read(&config.spool)?;
    let code = match (&before, &config.code) {
        (Some(paired), None) => return Ok(paired.clone()),
        (Some(paired), Some(code)) if paired.code == *code => return Ok(paired.clone()),
        (_, Some(code)) => code,
        (None, None) => bail!("the agent is not paired: put a pairing code into the configuration"),
    };
    let paired = exchange(code, channel, stop).await?;
    if before.is_some() {
        crate::journal::discard(&config.spool).context("empty the spool of the agent before")?;
    }
    write(&config.spool, &paired).context("keep the token")?;
    tracing::info!(agent.id = paired.agent_id, "paired");
    Ok(paired)
}

async fn exchange(
    code: &str,
    channel: &Channel,
    stop: &CancellationToken,
) -> anyhow::Result<Paired> {
    let mut client = AgentServiceClient::new(channel.clone());
    loop {
        let request = PairAgentRequest {
            code: code.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let status = match client.pair_agent(request).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                return Ok(Paired {
                    agent_id: answer.agent_id,
                    token: answer.token,
                    code: code.to_owned(),
                });
            }
            Err(status) => status,
        };
        match status.code() {
            Code::Unavailable
            | Code::DeadlineExceeded
            | Code::ResourceExhausted
            | Code::Unknown => {
                tracing::warn!(reason = status.message(), "cannot pair now");
            }
            _ => return Err(CodeRefused.into()),
        }
        let pause = tokio::time::sleep(TRY_AGAIN);
        if stop.run_until_cancelled(pause).await.is_none() {
            bail!("ended before it was paired");
        }
    }
}

fn read(folder: &Path) -> anyhow::Result<Option<Paired>> {
    let path = folder.join(FILE);
    let read = match fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).map(Some).map_err(anyhow::Error::from),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    };
    read.with_context(|| format!("read {}", path.display()))
}

/// Whole or not at all, and for nobody else's eyes.
fn write(folder: &Path, paired: &Paired) -> anyhow::Result<()> {
    let fresh = folder.join(FRESH_FILE);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(toml::to_string(paired)?.as_bytes())?;
    file.sync_all()?;
    fs::rename(fresh, folder.join(FILE))?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_was_paired_is_read_back_and_is_nobody_else_s() {
        let folder = tempfile::TempDir::new().unwrap();
        assert!(read(folder.path()).unwrap().is_none());
        let paired = Paired {
            agent_id: "0193".into(),
            token: "A-_9".into(),
            code: "K7QF \"3M9P\"\\".into(),
        };
        write(folder.path(), &paired).unwrap();
        assert!(read(folder.path()).unwrap() == Some(paired));
        let mode = fs::metadata(folder.path().join(FILE))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        fs::write(folder.path().join(FILE), "agent").unwrap();
        assert!(read(folder.path()).is_err());
    }
}
