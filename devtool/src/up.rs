//! `up`, `down` and `logs`.

use std::{
    fs,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    build, demo,
    endpoints::{self, Endpoints},
    home::Home,
    infra::{postgres, wait_until},
    install,
    supervise::{STATUS, Status},
};

/// How long everything may take to start once it is built.
const START_LIMIT: Duration = Duration::from_secs(180);
const STOP_LIMIT: Duration = Duration::from_secs(60);

/// Brings the platform up; a running one is left as it is.
pub async fn up(home: &Home, detach: bool, release: bool) -> anyhow::Result<()> {
    if running(home)?.is_none() {
        install::enough_disk(home)?;
        install::packages()?;
        install::node()?;
        build::programs(home, release)?;
        build::ui(home)?;
        start(home, release, &[]).await?;
    }
    let endpoints = demo::load_once(home).await?;
    print_addresses(&endpoints);
    if detach {
        return Ok(());
    }
    println!("Customers come to the demo branch while this runs. Ctrl-C ends everything.");
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {},
        _ = terminate.recv() => {},
        () = demo::live(&endpoints) => {},
    }
    down(home, false).await
}

/// Limits of the gateway that a load from one address would meet at once; 0 is none.
pub const NO_LIMITS: [(&str, &str); 6] = [
    ("GATEWAY_SHOP_WRITES_PER_MINUTE", "0"),
    ("GATEWAY_SIGN_INS_PER_MINUTE", "0"),
    ("GATEWAY_PAYMENT_CALLBACKS_PER_MINUTE", "0"),
    ("GATEWAY_ORDERS_PER_PHONE", "0"),
    ("GATEWAY_ORDERS_PER_DEVICE", "0"),
    ("GATEWAY_STREAMS_PER_ADDRESS", "0"),
];

/// Starts the supervisor with settings for the services and waits until all is healthy.
pub async fn start(home: &Home, release: bool, settings: &[(&str, &str)]) -> anyhow::Result<()> {
    home.remove(STATUS)?;
    let log = fs::File::create(home.log("supervisor")?)?;
    let mut command = Command::new(home.program());
    command
        .arg("supervise")
        .env("DEV_HOME", home.folder())
        .current_dir(home.root());
    command.envs(settings.iter().copied());
    if release {
        command.arg("--release");
    }
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0);
    let mut child = command.spawn().context("starting the supervisor")?;

    let mut shown = String::new();
    let mut outcome = Ok(());
    wait_until("the platform", START_LIMIT, async || {
        let status = home.read::<Status>(STATUS).ok().flatten();
        if let Some(status) = &status {
            if status.phase != shown {
                eprintln!("dev: {}", status.phase);
                shown.clone_from(&status.phase);
            }
            if let Some(failure) = &status.failure {
                outcome = Err(anyhow::anyhow!("{failure}"));
                return true;
            }
        }
        if let Ok(Some(ended)) = child.try_wait() {
            let log = home.folder().join("logs/supervisor.log");
            outcome = Err(anyhow::anyhow!(
                "the supervisor ended ({ended}); see {}",
                log.display()
            ));
            return true;
        }
        status.is_some_and(|status| status.ready)
    })
    .await?;
    outcome
}

/// Ends everything that runs in a home.
pub async fn down(home: &Home, purge: bool) -> anyhow::Result<()> {
    if let Some(pid) = running(home)? {
        kill(pid, Signal::SIGTERM)?;
        wait_until("the end of all processes", STOP_LIMIT, async || {
            kill(pid, None).is_err() || is_zombie(pid)
        })
        .await?;
        eprintln!("dev: everything is stopped");
    } else {
        eprintln!("dev: nothing is running");
    }
    if purge && home.folder().exists() {
        let cluster = postgres::folder(home);
        if cluster.exists() {
            fs::remove_dir_all(cluster)?;
        }
        fs::remove_dir_all(home.folder())?;
        eprintln!("dev: its data is deleted");
    }
    Ok(())
}

/// Shows logs by `tail`, which knows how to follow.
pub fn logs(home: &Home, process: Option<&str>, follow: bool) -> anyhow::Result<()> {
    let folder = home.folder().join("logs");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).context("nothing has been started yet")? {
        let path = entry?.path();
        if process.is_none_or(|process| path.file_stem().is_some_and(|stem| stem == process)) {
            files.push(path);
        }
    }
    if files.is_empty() {
        bail!("there is no log of {}", process.unwrap_or("anything"));
    }
    let mut command = Command::new("tail");
    command
        .args(["-n", "200"])
        .args(follow.then_some("-F"))
        .args(files);
    build::succeed(&mut command, "tail")
}

/// The supervisor's process id while it runs.
pub fn running(home: &Home) -> anyhow::Result<Option<Pid>> {
    let Some(status) = home.read::<Status>(STATUS)? else {
        return Ok(None);
    };
    let pid = Pid::from_raw(status.pid.cast_signed());
    let command = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    // A process id may have been given to somebody else since.
    let ours = String::from_utf8_lossy(&command).contains("supervise");
    Ok((ours && !is_zombie(pid)).then_some(pid))
}

fn is_zombie(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| rest.starts_with(" Z"))
    })
}

fn print_addresses(endpoints: &Endpoints) {
    println!("\n一指買 is running.");
    println!("  storefront  {}", endpoints.storefront);
    println!("  admin       {}", endpoints.admin);
    if let Some(control) = endpoints.sandbox.get(sandbox::CONTROL) {
        println!(
            "  sandbox     {control}  (plays the payment providers, LINE, the SMS gateway and printers)"
        );
    }
    if let Some(slips) = endpoints.sandbox.get(crate::printers::SYSTEM) {
        println!("  slips       {slips}/  (what the demo's printers print)");
    }
    if let Some(demo) = &endpoints.demo {
        println!(
            "  sign in     organisation {} · account {} · password {}",
            demo.organisation, demo.account, demo.password
        );
    }
    println!("  more        {}\n", endpoints::FILE);
}
