//! A private Redis server.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use super::wait_until;
use crate::{home::Home, process::Spec};

/// Says how to start the server; what it knows survives a restart.
pub fn prepare(home: &Home, port: u16) -> anyhow::Result<Spec> {
    let folder = home.folder().join("redis");
    fs::create_dir_all(&folder)?;
    let arguments = [
        "--port",
        &port.to_string(),
        "--bind",
        "127.0.0.1",
        "--dir",
        &folder.to_string_lossy(),
        "--appendonly",
        "yes",
        "--save",
        "",
        "--maxmemory",
        "128mb",
        "--maxmemory-policy",
        "noeviction",
    ];
    Ok(Spec {
        name: "redis".to_owned(),
        program: "redis-server".into(),
        arguments: arguments.iter().map(Into::into).collect(),
        environment: [].into(),
        user: None,
        log: home.log("redis")?,
        grace: Duration::from_secs(10),
    })
}

/// Waits until the server answers PING.
pub async fn ready(port: u16) -> anyhow::Result<()> {
    wait_until("Redis", Duration::from_secs(15), async || {
        ping(port).unwrap_or(false)
    })
    .await
}

fn ping(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer)?;
    Ok(&answer == b"+PONG")
}
