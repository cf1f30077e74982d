//! A private PostgreSQL cluster.

use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, bail};
use nix::unistd::{User, geteuid};
use sqlx::{Connection as _, PgConnection};

use super::wait_until;
use crate::{endpoints::Endpoints, home::Home, process::Spec, services::SERVICES};

/// Connections the cluster takes; every service has a small pool, tests many small ones.
const MAX_CONNECTIONS: u32 = 300;

/// Folder of the newest installed server's programs.
pub fn programs() -> anyhow::Result<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    versions.retain(|folder| folder.join("initdb").exists());
    versions.sort();
    versions
        .pop()
        .context("PostgreSQL's server programs are not installed")
}

/// Makes the cluster when it is not there yet and says how to start it.
pub fn prepare(home: &Home, port: u16) -> anyhow::Result<Spec> {
    let programs = programs()?;
    let data = folder(home).join("data");
    fs::create_dir_all(&data)?;
    let run = data.with_file_name("run");
    fs::create_dir_all(&run)?;
    give_to_postgres(&[&data, &run])?;

    if !data.join("PG_VERSION").exists() {
        // A half-made cluster is of no use to anybody.
        fs::remove_dir_all(&data)?;
        fs::create_dir_all(&data)?;
        give_to_postgres(&[&data])?;
        initdb(home, &programs, &data)?;
    }
    let settings = format!(
        "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{}'\n\
         max_connections = {MAX_CONNECTIONS}\nshared_buffers = 256MB\nmax_wal_size = 2GB\n\
         log_min_duration_statement = 2000\nlog_lock_waits = on\n\
         shared_preload_libraries = 'pg_stat_statements'\n",
        run.display()
    );
    fs::write(data.join("yizhimai.conf"), settings)?;
    // A server that was killed leaves its lock; the port is free, so nobody holds it.
    let _ = fs::remove_file(data.join("postmaster.pid"));

    Ok(Spec {
        name: "postgres".to_owned(),
        program: programs.join("postgres"),
        arguments: vec!["-D".into(), data.into()],
        environment: [("LC_ALL".to_owned(), "C.UTF-8".to_owned())].into(),
        user: Some("postgres"),
        log: home.log("postgres")?,
        grace: Duration::from_secs(20),
    })
}

/// Where the cluster lives: in the home folder, or, when that lies below a folder that only root may
/// pass through, in one of its own that the user `postgres` can reach.
pub fn folder(home: &Home) -> PathBuf {
    let passable = |folder: &Path| {
        fs::metadata(folder).map_or(true, |metadata| metadata.permissions().mode() & 0o001 != 0)
    };
    if !geteuid().is_root() || home.folder().ancestors().all(passable) {
        return home.folder().join("postgres");
    }
    let mut hasher = DefaultHasher::new();
    home.folder().hash(&mut hasher);
    PathBuf::from(format!("/var/tmp/yizhimai-{:016x}", hasher.finish()))
}

/// Waits until the cluster answers.
pub async fn ready(port: u16) -> anyhow::Result<()> {
    let program = programs()?.join("pg_isready");
    wait_until("PostgreSQL", Duration::from_secs(30), async || {
        Command::new(&program)
            .args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])
            .status()
            .is_ok_and(|status| status.success())
    })
    .await
}

/// URL of a database as the superuser.
pub fn owner_url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

/// Creates the databases that are missing.
pub fn create_databases(port: u16, databases: &[&str]) -> anyhow::Result<()> {
    let programs = programs()?;
    for database in databases {
        let made = Command::new(programs.join("createdb"))
            .args([
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "-U",
                "postgres",
                database,
            ])
            .output()?;
        let problem = String::from_utf8_lossy(&made.stderr);
        if !made.status.success() && !problem.contains("already exists") {
            bail!("creating the database {database}: {}", problem.trim());
        }
    }
    Ok(())
}

fn initdb(home: &Home, programs: &Path, data: &Path) -> anyhow::Result<()> {
    let spec = Spec {
        name: "initdb".to_owned(),
        program: programs.join("initdb"),
        arguments: vec![
            "-D".into(),
            data.into(),
            "--username=postgres".into(),
            "--auth=trust".into(),
            "--encoding=UTF8".into(),
            "--locale=C.UTF-8".into(),
        ],
        environment: [].into(),
        user: Some("postgres"),
        log: home.log("initdb")?,
        grace: Duration::ZERO,
    };
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(spec.run()))?;
    let main = data.join("postgresql.conf");
    let text = fs::read_to_string(&main)?;
    fs::write(&main, format!("{text}\ninclude = 'yizhimai.conf'\n"))?;
    Ok(())
}

/// PostgreSQL refuses to run as root, so its folders belong to the user `postgres` then.
fn give_to_postgres(folders: &[&Path]) -> anyhow::Result<()> {
    for folder in folders {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    if !geteuid().is_root() {
        return Ok(());
    }
    let user = User::from_name("postgres")?.context("there is no user postgres")?;
    for folder in folders {
        chown(folder, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
    }
    Ok(())
}

/// Renews the statistics of the services' tables. A database in use has them, a new one gets them within a
/// minute; what is planned without them can read all of an index, since several begin alike.
pub async fn analyze(endpoints: &Endpoints) -> anyhow::Result<()> {
    for service in SERVICES {
        let url = format!("{}/{service}", endpoints.postgres);
        let mut database = PgConnection::connect(&url).await?;
        sqlx::raw_sql("ANALYZE").execute(&mut database).await?;
    }
    Ok(())
}
