//! The words of `./dev`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use devtool::{bench, check, doctor, r#gen, home::Home, supervise, test, trace, up, vectors};

#[derive(Parser)]
#[command(
    name = "dev",
    about = "一指買 on one machine",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    word: Word,
}

#[derive(Subcommand)]
enum Word {
    /// Install what is missing, build, migrate, start everything with the demo chain.
    Up {
        /// Return when everything is healthy instead of staying in front.
        #[arg(long)]
        detach: bool,
        /// Use optimised builds.
        #[arg(long)]
        release: bool,
    },
    /// Stop everything that `up` started.
    Down {
        /// Also delete its data.
        #[arg(long)]
        purge: bool,
    },
    /// Show the logs of one process, or of all.
    Logs {
        /// Process, such as `ordering`.
        process: Option<String>,
        /// Keep following.
        #[arg(short, long)]
        follow: bool,
    },
    /// Run every check: formatting, lints, generated files, all tests, in browsers too.
    Test,
    /// Run the checks that need no running platform.
    Check,
    /// Renew generated files: query metadata, OpenAPI, TypeScript types, sample configuration.
    Gen,
    /// Measure the release build beside its floors: `orders`, `menu`, `pages`, `flash`, `slots`, `payments`, `brand` or `members`.
    Bench {
        /// Which benchmark.
        name: String,
        /// Try the benchmark itself: small, and with the debug build.
        #[arg(long)]
        rehearse: bool,
    },
    /// (internal) the bare handlers that benchmarks compare with.
    #[command(hide = true)]
    Floor {
        /// Address to listen on.
        address: std::net::SocketAddr,
        /// Database.
        database: String,
        /// File whose bytes are served; empty for none.
        body: String,
    },
    /// Check the invariants of the running platform and explain every violation.
    Doctor,
    /// Place one order and print its way through all services.
    Trace,
    /// Run test vectors of outside systems from JSON files or fact sheets.
    Vectors {
        /// Of which systems.
        area: vectors::Area,
        /// Files.
        #[arg(required = true)]
        files: Vec<std::path::PathBuf>,
    },
    /// (internal) own the processes until stopped.
    #[command(hide = true)]
    Supervise {
        /// Use optimised builds.
        #[arg(long)]
        release: bool,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let home = Home::find();
    let outcome = home.and_then(|home| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        runtime.block_on(run(cli.word, &home))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("dev: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(word: Word, home: &Home) -> anyhow::Result<()> {
    match word {
        Word::Up { detach, release } => up::up(home, detach, release).await,
        Word::Down { purge } => up::down(home, purge).await,
        Word::Logs { process, follow } => up::logs(home, process.as_deref(), follow),
        Word::Test => test::test(home).await,
        Word::Check => check::check(home).await,
        Word::Gen => r#gen::generate(home).await,
        Word::Bench { name, rehearse } => bench::bench(home, &name, rehearse).await,
        Word::Floor {
            address,
            database,
            body,
        } => bench::serve(address, &database, &body).await,
        Word::Doctor => doctor::doctor(home).await,
        Word::Trace => trace::trace(home).await,
        Word::Vectors { area, files } => vectors::run(area, &files),
        Word::Supervise { release } => supervise::run(home, release).await,
    }
}
