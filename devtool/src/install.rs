//! Installs what a bare Debian 12 lacks.

use std::{env, fs, path::Path, process::Command};

use anyhow::{Context as _, bail};
use nix::{sys::statvfs::statvfs, unistd::geteuid};

use crate::{home::Home, infra::postgres};

/// A Debian package and how its presence shows.
struct Package {
    name: &'static str,
    present: fn() -> bool,
}

const PACKAGES: [Package; 8] = [
    Package {
        name: "postgresql",
        present: || postgres::programs().is_ok(),
    },
    Package {
        name: "redis-server",
        present: || on_path("redis-server"),
    },
    Package {
        name: "rabbitmq-server",
        present: || Path::new("/usr/lib/rabbitmq/bin/rabbitmq-server").exists(),
    },
    Package {
        name: "chromium",
        present: || on_path("chromium"),
    },
    Package {
        name: "fonts-noto-cjk",
        present: || Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists(),
    },
    Package {
        name: "ca-certificates",
        present: || Path::new("/etc/ssl/certs").exists(),
    },
    Package {
        name: "libeatmydata1",
        present: || {
            let folder = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
            Path::new(&folder).join("libeatmydata.so").exists()
        },
    },
    Package {
        name: "procps",
        present: || on_path("pkill"),
    },
];

/// Free disk space below which nothing is begun.
const LEAST_FREE_GIB: u64 = 4;

/// Installs missing packages, or says which ones a person has to install.
pub fn packages() -> anyhow::Result<()> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|package| !(package.present)())
        .map(|package| package.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !geteuid().is_root() || !on_path("apt-get") {
        bail!("these are missing: {list}; on Debian: sudo apt-get install {list}");
    }
    eprintln!("dev: installing {list}");
    // Without this, installing the server package makes a cluster on the default port.
    fs::create_dir_all("/etc/postgresql-common")?;
    fs::write(
        "/etc/postgresql-common/createcluster.conf",
        "create_main_cluster = false\n",
    )?;
    // Nor may a package start its own server.
    let policy = Path::new("/usr/sbin/policy-rc.d");
    let guarded = !policy.exists();
    if guarded {
        fs::write(policy, "#!/bin/sh\nexit 101\n")?;
        Command::new("chmod")
            .args(["+x", "/usr/sbin/policy-rc.d"])
            .status()?;
    }
    let outcome = apt(&["update"]).and_then(|()| {
        let mut words = vec!["install", "-y", "--no-install-recommends"];
        words.extend(&missing);
        apt(&words)
    });
    if guarded {
        fs::remove_file(policy)?;
    }
    outcome
}

/// Refuses to begin on a disk that is nearly full.
pub fn enough_disk(home: &Home) -> anyhow::Result<()> {
    let disk = statvfs(home.root()).context("asking for the free disk space")?;
    let free_gib = disk.blocks_available() * disk.fragment_size() / (1 << 30);
    if free_gib < LEAST_FREE_GIB {
        bail!("the disk has {free_gib} GiB left; at least {LEAST_FREE_GIB} are needed");
    }
    Ok(())
}

/// Makes sure that Node is there, which no Debian 12 package has in a fit version.
pub fn node() -> anyhow::Result<()> {
    if on_path("node") && on_path("npm") {
        return Ok(());
    }
    bail!("node and npm are missing; install Node 20 or newer")
}

/// Whether a program can be started by its name.
pub fn on_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).exists()))
}

fn apt(words: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("apt-get")
        .args(["-q", "-o", "DPkg::Lock::Timeout=300"])
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(std::io::stderr())
        .status()?;
    anyhow::ensure!(
        status.success(),
        "apt-get {} failed ({status})",
        words.join(" ")
    );
    Ok(())
}
