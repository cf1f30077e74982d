//! The stand-ins for outside systems as one program. Prints where each listens as one line of JSON.

use sandbox::Settings;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let running = sandbox::start(Settings::from_env()?).await?;
    println!("{}", serde_json::to_string(&running.addresses)?);
    tokio::signal::ctrl_c().await?;
    running.stop().await;
    Ok(())
}
