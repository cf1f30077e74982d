//! Generated files that are committed: query metadata, OpenAPI with its TypeScript types, the reasons for
//! the web apps, and the sample configuration. `check` renews them too and refuses when git then sees a difference.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, ensure};
use chassis::clock::{Clock as _, SystemClock};

use crate::{
    build::{self, succeed},
    home::Home,
    infra::postgres,
    install,
    ports::{Ports, Wanted},
    process,
    services::{SERVICES, binaries},
};

const OPENAPI: &str = "gateway/ui/api/openapi.json";
const REASONS: &str = "gateway/ui/kit/src/reasons/generated.ts";
const SAMPLE: &str = "config.sample.env";
const TYPES: &str = "gateway/ui/api/src/schema.d.ts";
const DOCUMENTS: [&str; 4] = [OPENAPI, TYPES, REASONS, SAMPLE];

/// Renews every generated file.
pub async fn generate(home: &Home) -> anyhow::Result<()> {
    install::packages()?;
    with_databases(home, async |scratch, urls| {
        // What has changed since the last build is compiled here, so that below each service is alone.
        compile(home, urls, scratch)?;
        for service in SERVICES {
            let folder = queries_of(home, service);
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::create_dir_all(&folder)?;
            make_stale(home, service)?;
            compile(home, urls, &folder)
                .with_context(|| format!("describing the queries of {service}"))?;
        }
        anyhow::Ok(())
    })
    .await?;
    documents(home)
}

/// Lints everything and refuses with the names of the generated files that were stale.
///
/// One compilation lints and describes the queries of all services.
pub async fn lint_and_check(home: &Home) -> anyhow::Result<()> {
    install::packages()?;
    let mut stale = with_databases(home, async |scratch, urls| {
        for service in SERVICES {
            make_stale(home, service)?;
        }
        compile(home, urls, scratch)?;
        stale_queries(home, scratch)
    })
    .await?;
    let before = documents_now(home)?;
    documents(home)?;
    let after = documents_now(home)?;
    stale.extend(
        before
            .into_iter()
            .filter(|file| !after.contains(file))
            .map(|(name, _)| name.to_owned()),
    );
    ensure!(
        stale.is_empty(),
        "generated files were stale, renew them by `./dev gen`: {}",
        stale.join(" ")
    );
    Ok(())
}

/// What is generated from the descriptors and the programs.
fn documents(home: &Home) -> anyhow::Result<()> {
    openapi(home)?;
    reasons(home)?;
    sample(home)?;
    build::ui_packages(home)?;
    build::npm(home, &["run", "gen", "--silent"])
}

/// The documents as they are, empty where one is missing.
fn documents_now(home: &Home) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let read = |name: &'static str| match fs::read(home.root().join(name)) {
        Ok(bytes) => Ok((name, bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((name, Vec::new())),
        Err(error) => Err(error).with_context(|| format!("reading {name}")),
    };
    DOCUMENTS.into_iter().map(read).collect()
}

/// Runs `with` beside a database for each service that the committed migrations make; it gets a folder of
/// its own and the databases' addresses by variable.
async fn with_databases<T>(
    home: &Home,
    with: impl AsyncFnOnce(&Path, &[(String, String)]) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let scratch = home.beside("gen");
    let ports = Ports::choose(&scratch, &[Wanted::one("postgres")])?;
    let port = ports.of("postgres")?;
    let spec = postgres::prepare(&scratch, port)?;
    let mut server = spec.spawn()?;
    let outcome = async {
        postgres::ready(port).await?;
        let mut urls = Vec::new();
        for service in SERVICES {
            let database = format!("{service}_{}", std::process::id());
            postgres::create_databases(port, &[&database])?;
            migrate(home, service, port, &database)?;
            let variable = format!("{}_DATABASE_URL", service.to_uppercase());
            urls.push((variable, postgres::owner_url(port, &database)));
        }
        let all = scratch.folder().join("queries");
        fs::create_dir_all(&all)?;
        with(&all, &urls).await
    }
    .await;
    process::end(&mut server, spec.grace).await;
    fs::remove_dir_all(postgres::folder(&scratch))?;
    fs::remove_dir_all(scratch.folder())?;
    outcome
}

fn queries_of(home: &Home, service: &str) -> PathBuf {
    home.root().join("services").join(service).join(".sqlx")
}

/// The committed queries that were not met like this in `described`, and those met that are not committed.
fn stale_queries(home: &Home, described: &Path) -> anyhow::Result<Vec<String>> {
    let met = queries_in(described)?;
    let mut stale = Vec::new();
    let mut committed = BTreeSet::new();
    for service in SERVICES {
        for (name, bytes) in queries_in(&queries_of(home, service))? {
            if met.get(&name).is_none_or(|now| *now != bytes) {
                stale.push(format!("services/{service}/.sqlx/{name}"));
            }
            committed.insert(name);
        }
    }
    stale.extend(met.into_keys().filter(|name| !committed.contains(name)));
    Ok(stale)
}

/// Descriptions of queries by file name.
fn queries_in(folder: &Path) -> anyhow::Result<BTreeMap<String, Vec<u8>>> {
    let mut queries = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        queries.insert(name, fs::read(entry.path())?);
    }
    Ok(queries)
}

fn migrate(home: &Home, service: &str, port: u16, database: &str) -> anyhow::Result<()> {
    let mut files: Vec<PathBuf> = fs::read_dir(home.root().join("migrations").join(service))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let roles = "DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yizhimai_app') THEN
            CREATE ROLE yizhimai_app LOGIN; CREATE ROLE yizhimai_system; END IF; END $$";
    let mut psql = Command::new(postgres::programs()?.join("psql"));
    psql.args([
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        &postgres::owner_url(port, database),
    ]);
    psql.args(["-c", roles]);
    for file in files {
        psql.arg("-f").arg(file);
    }
    succeed(psql.stdout(Stdio::null()), &format!("migrating {service}"))
}

/// Only what is compiled anew describes its queries.
fn make_stale(home: &Home, service: &str) -> anyhow::Result<()> {
    let library = home
        .root()
        .join("services")
        .join(service)
        .join("src/lib.rs");
    fs::File::open(library)?.set_modified(SystemClock.now().into())?;
    Ok(())
}

/// Compiles what is stale as the lints do, whose libraries it shares; the queries met are described in
/// `folder`.
fn compile(home: &Home, urls: &[(String, String)], folder: &Path) -> anyhow::Result<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(home.root())
        .args(build::LINTS)
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", folder)
        .envs(urls.iter().map(|(name, url)| (name, url)));
    succeed(&mut cargo, "compiling with a database")
}

fn openapi(home: &Home) -> anyhow::Result<()> {
    build::programs(home, false)?;
    let document = printed(&build::binary(home, "gateway", false), "openapi")?;
    fs::write(home.root().join(OPENAPI), document)?;
    Ok(())
}

/// The reasons that the protos declare, as a union that the web apps' texts must cover exactly.
fn reasons(home: &Home) -> anyhow::Result<()> {
    let mut text = String::from(
        "// Generated by `./dev gen` from every package's `reasons.proto`.\n\n\
         /** Stable reasons that a problem, one of its fields or a finding can have. */\n\
         export type ProblemReason =\n",
    );
    let union: Vec<String> = proto::REASONS
        .iter()
        .map(|(word, _)| format!("  | \"{word}\""))
        .collect();
    text.push_str(&format!("{};\n", union.join("\n")));
    fs::write(home.root().join(REASONS), text)?;
    Ok(())
}

fn sample(home: &Home) -> anyhow::Result<()> {
    let mut text = String::from(
        "# Every setting with its default, by `./dev gen`. Empty ones must be given.\n",
    );
    for binary in binaries() {
        let printed = printed(&build::binary(home, binary, false), "config")?;
        text.push_str(&format!(
            "\n# --- {binary}\n{}",
            String::from_utf8(printed)?
        ));
    }
    fs::write(home.root().join(SAMPLE), text)?;
    Ok(())
}

fn printed(program: &Path, word: &str) -> anyhow::Result<Vec<u8>> {
    let output = Command::new(program)
        .arg(word)
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {}", program.display()))?;
    ensure!(
        output.status.success(),
        "{} {word} failed",
        program.display()
    );
    Ok(output.stdout)
}
