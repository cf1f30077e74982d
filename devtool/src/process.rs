//! One child process: how it is started, where it logs, how it is ended.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::OpenOptions,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::Context as _;
use nix::{
    sys::signal::{Signal, killpg},
    unistd::{Pid, User},
};
use tokio::process::Child;

/// How to start a process.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Name, as in the logs.
    pub name: String,
    /// Program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its environment, beside what this process has.
    pub environment: BTreeMap<String, String>,
    /// User to run as when this process is root.
    pub user: Option<&'static str>,
    /// File for both output streams.
    pub log: PathBuf,
    /// How long it may take to end by itself.
    pub grace: Duration,
}

impl Spec {
    /// Starts the process in a group of its own, so that a signal reaches all it started.
    pub fn spawn(&self) -> anyhow::Result<Child> {
        let mut command = self.command()?;
        command.process_group(0);
        tokio::process::Command::from(command)
            .spawn()
            .with_context(|| format!("starting {}", self.name))
    }

    /// Runs it to its end; output goes to its log.
    pub async fn run(&self) -> anyhow::Result<()> {
        let status = tokio::process::Command::from(self.command()?)
            .status()
            .await
            .with_context(|| format!("running {}", self.name))?;
        anyhow::ensure!(
            status.success(),
            "{} failed ({status}); see {}",
            self.name,
            self.log.display()
        );
        Ok(())
    }

    fn command(&self) -> anyhow::Result<Command> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)
            .with_context(|| format!("opening {}", self.log.display()))?;
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        if let Some(user) = self.user.filter(|_| nix::unistd::geteuid().is_root()) {
            let user =
                User::from_name(user)?.with_context(|| format!("there is no user {user}"))?;
            command
                .uid(user.uid.as_raw())
                .gid(user.gid.as_raw())
                .current_dir("/");
        }
        Ok(command)
    }
}

/// Ends a process group: asks first, and after the grace ends it for sure.
pub async fn end(child: &mut Child, grace: Duration) {
    let Some(pid) = child.id() else { return };
    let group = Pid::from_raw(pid.cast_signed());
    let _ = killpg(group, Signal::SIGTERM);
    if tokio::time::timeout(grace, child.wait()).await.is_err() {
        let _ = killpg(group, Signal::SIGKILL);
        let _ = child.wait().await;
    }
}

/// Kills a process group at once, as a machine that loses its power would.
pub fn kill(pid: u32) -> anyhow::Result<()> {
    Ok(killpg(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL)?)
}
