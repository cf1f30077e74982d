//! A private RabbitMQ node with an Erlang name server of its own.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    process::Command,
    time::Duration,
};

use super::wait_until;
use crate::{home::Home, ports::Ports, process::Spec};

/// Debian's wrapper in /usr/sbin switches user and folder; this one does not.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const USER: &str = "yizhimai";

/// Says how to start the node.
pub fn prepare(home: &Home, ports: &Ports) -> anyhow::Result<Spec> {
    let folder = home.folder().join("rabbitmq");
    for sub in ["home", "mnesia", "log", "generated"] {
        fs::create_dir_all(folder.join(sub))?;
    }
    let cookie = folder.join("home/.erlang.cookie");
    if !cookie.exists() {
        fs::write(&cookie, format!("yizhimai{}", rand::random::<u64>()))?;
        fs::set_permissions(&cookie, fs::Permissions::from_mode(0o400))?;
    }
    fs::write(folder.join("enabled_plugins"), "[].\n")?;
    fs::write(folder.join("rabbitmq.conf"), configuration(ports)?)?;

    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let environment = BTreeMap::from([
        ("HOME".to_owned(), path("home")),
        (
            "RABBITMQ_NODENAME".to_owned(),
            format!("yizhimai{}@localhost", ports.of("amqp")?),
        ),
        ("RABBITMQ_CONF_ENV_FILE".to_owned(), path("none")),
        ("RABBITMQ_CONFIG_FILE".to_owned(), path("rabbitmq.conf")),
        (
            "RABBITMQ_ENABLED_PLUGINS_FILE".to_owned(),
            path("enabled_plugins"),
        ),
        (
            "RABBITMQ_FEATURE_FLAGS_FILE".to_owned(),
            path("feature_flags"),
        ),
        ("ERL_CRASH_DUMP".to_owned(), path("log/erl_crash.dump")),
        ("RABBITMQ_MNESIA_BASE".to_owned(), path("mnesia")),
        ("RABBITMQ_LOG_BASE".to_owned(), path("log")),
        (
            "RABBITMQ_GENERATED_CONFIG_DIR".to_owned(),
            path("generated"),
        ),
        ("RABBITMQ_PID_FILE".to_owned(), path("pid")),
        (
            "RABBITMQ_NODE_IP_ADDRESS".to_owned(),
            "127.0.0.1".to_owned(),
        ),
        (
            "RABBITMQ_NODE_PORT".to_owned(),
            ports.of("amqp")?.to_string(),
        ),
        (
            "RABBITMQ_DIST_PORT".to_owned(),
            ports.of("erlang")?.to_string(),
        ),
        ("ERL_EPMD_PORT".to_owned(), ports.of("epmd")?.to_string()),
        ("ERL_EPMD_ADDRESS".to_owned(), "127.0.0.1".to_owned()),
        (
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS".to_owned(),
            "-kernel inet_dist_use_interface {127,0,0,1}".to_owned(),
        ),
    ]);
    Ok(Spec {
        name: "rabbitmq".to_owned(),
        program: SERVER.into(),
        arguments: Vec::new(),
        environment,
        user: None,
        log: home.log("rabbitmq")?,
        grace: Duration::from_secs(30),
    })
}

/// Waits until the node speaks AMQP.
pub async fn ready(port: u16) -> anyhow::Result<()> {
    wait_until("RabbitMQ", Duration::from_secs(90), async || {
        greets(port).unwrap_or(false)
    })
    .await
}

/// Ends the name server, which outlives its node.
pub fn end_name_server(ports: &Ports) -> anyhow::Result<()> {
    let port = ports.of("epmd")?.to_string();
    let _ = Command::new("epmd")
        .args(["-port", &port, "-kill"])
        .output();
    Ok(())
}

/// URL the services connect with.
pub fn url(port: u16) -> String {
    format!("amqp://{USER}:{USER}@127.0.0.1:{port}")
}

fn configuration(ports: &Ports) -> anyhow::Result<String> {
    Ok(format!(
        "listeners.tcp.default = {}\n\
         vm_memory_high_watermark.absolute = 512MiB\n\
         disk_free_limit.absolute = 256MB\n\
         default_user = {USER}\ndefault_pass = {USER}\n\
         default_permissions.configure = .*\n\
         default_permissions.read = .*\n\
         default_permissions.write = .*\n\
         default_user_tags.administrator = true\n",
        ports.of("amqp")?
    ))
}

fn greets(port: u16) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    stream.write_all(b"AMQP\x00\x00\x09\x01")?;
    let mut first = [0; 1];
    stream.read_exact(&mut first)?;
    Ok(first[0] == 1)
}
