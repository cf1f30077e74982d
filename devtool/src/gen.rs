//! Generated files that are committed: query metadata, OpenAPI with its TypeScript types, the reasons for
//! the web apps, and the sample configuration. `check` renews them too and refuses when git then sees a difference.

use std::{
    fs,
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

/// Renews every generated file.
pub async fn generate(home: &Home) -> anyhow::Result<()> {
    install::packages()?;
    queries(home).await?;
    openapi(home)?;
    reasons(home)?;
    sample(home)?;
    build::ui_packages(home)?;
    build::npm(home, &["run", "gen", "--silent"])
}

/// Renews them and refuses with the names of those that were stale.
pub async fn check(home: &Home) -> anyhow::Result<()> {
    let paths = [".sqlx", "openapi.json", "schema.d.ts", REASONS, SAMPLE];
    let state = || -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
        let listed = Command::new("git")
            .current_dir(home.root())
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .output()?;
        let names = String::from_utf8(listed.stdout)?;
        let mut files = Vec::new();
        for name in names
            .split('\0')
            .filter(|name| paths.iter().any(|path| name.contains(path)))
        {
            let bytes = fs::read(home.root().join(name)).unwrap_or_default();
            files.push((PathBuf::from(name), bytes));
        }
        Ok(files)
    };
    let before = state()?;
    generate(home).await?;
    let after = state()?;
    let stale: Vec<String> = after
        .iter()
        .filter(|file| !before.contains(file))
        .chain(
            before
                .iter()
                .filter(|(name, _)| !after.iter().any(|(other, _)| other == name)),
        )
        .map(|(name, _)| name.display().to_string())
        .collect();
    ensure!(
        stale.is_empty(),
        "generated files were stale, commit them anew: {}",
        stale.join(" ")
    );
    Ok(())
}

/// Query metadata, from a database that the committed migrations make.
async fn queries(home: &Home) -> anyhow::Result<()> {
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
        // What has changed since the last build is compiled here, so that below each service is alone.
        let all = scratch.folder().join("queries");
        fs::create_dir_all(&all)?;
        compile(home, &urls, &all)?;
        for service in SERVICES {
            describe(home, service, &urls)?;
        }
        anyhow::Ok(())
    }
    .await;
    process::end(&mut server, spec.grace).await;
    fs::remove_dir_all(postgres::folder(&scratch))?;
    fs::remove_dir_all(scratch.folder())?;
    outcome
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

fn describe(home: &Home, service: &str, urls: &[(String, String)]) -> anyhow::Result<()> {
    let crate_folder = home.root().join("services").join(service);
    let folder = crate_folder.join(".sqlx");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    // Only what is compiled anew writes its queries.
    fs::File::open(crate_folder.join("src/lib.rs"))?.set_modified(SystemClock.now().into())?;
    compile(home, urls, &folder).with_context(|| format!("describing the queries of {service}"))
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
