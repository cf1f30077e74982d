//! No client can hold a connection open by sending or reading too slowly, or send headers without end.

use std::{net::SocketAddr, time::Duration};

use chassis::config::ConfigDuration;
use testkit::eventually;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};

use crate::common::{Edge, SHOP};

/// Longer than any of these tests takes.
const LIMIT: Duration = Duration::from_secs(30);

async fn hasty() -> Edge {
    Edge::open_with(|config| {
        config.read_timeout = ConfigDuration::from_millis(200);
        config.write_timeout = ConfigDuration::from_millis(200);
    })
    .await
}

/// What a client gets that sends `bytes` and then nothing, until the gateway closes.
async fn answer(edge: &Edge, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(edge.addr()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut text = Vec::new();
    tokio::time::timeout(LIMIT, stream.read_to_end(&mut text))
        .await
        .expect("the gateway closes the connection")
        .unwrap();
    String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn half_a_header_is_cut_off() {
    let edge = hasty().await;
    assert_eq!(answer(&edge, b"").await, "");
    let half = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\nx-half";
    assert_eq!(answer(&edge, half.as_bytes()).await, "");
}

#[tokio::test]
async fn half_a_body_is_answered_and_cut_off() {
    let edge = hasty().await;
    let half = format!(
        "POST {SHOP}/quotes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: 100\r\n\r\n{{\"method\":"
    );
    let answer = answer(&edge, half.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    assert!(answer.contains(r#""reason":"REQUEST_TIMEOUT""#), "{answer}");
}

#[tokio::test]
async fn who_is_refused_while_still_sending_gets_the_answer_and_keeps_the_connection() {
    let edge = Edge::open().await;
    let body = "x".repeat(60 * 1024);
    let head = format!(
        "POST /api/admin/brands HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let next = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let mut stream = TcpStream::connect(edge.addr()).await.unwrap();
    let mut text = String::new();
    for part in [head.as_str(), &body, next] {
        stream.write_all(part.as_bytes()).await.unwrap();
        // Lets the gateway look at each part alone.
        tokio::task::yield_now().await;
    }
    tokio::time::timeout(LIMIT, stream.read_to_string(&mut text))
        .await
        .expect("the gateway closes the connection")
        .unwrap();
    assert!(text.starts_with("HTTP/1.1 40"), "{text:.200}");
    assert!(text.contains("HTTP/1.1 200 OK"), "{text:.200}");
}

#[tokio::test]
async fn too_large_a_header_is_refused() {
    let edge = Edge::open().await;
    let large = format!(
        "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\nx-large: {}\r\n\r\n",
        "x".repeat(40 * 1024)
    );
    let mut stream = TcpStream::connect(edge.addr()).await.unwrap();
    stream.write_all(large.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 431");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let edge = hasty().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    let mut stream = socket.connect(edge.addr()).await.unwrap();
    let client = stream.local_addr().unwrap();
    assert!(is_open(edge.addr(), client));
    let request = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n";
    // More answers than both systems' buffers hold.
    let requests = request.repeat(200);
    stream.write_all(requests.as_bytes()).await.unwrap();
    // Nothing is sent to a client that takes nothing: only the system knows.
    eventually(async || !is_open(edge.addr(), client)).await;
    let mut answers = Vec::new();
    assert!(stream.read_to_end(&mut answers).await.is_err());
}

/// Whether the system has a connection open from `local` to `remote`.
fn is_open(local: SocketAddr, remote: SocketAddr) -> bool {
    const ESTABLISHED: &str = "01";
    let ending = |addr: SocketAddr| format!(":{:04X}", addr.port());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    table.lines().any(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let (Some(from), Some(to), Some(state)) = (columns.next(), columns.next(), columns.next())
        else {
            return false;
        };
        from.ends_with(&ending(local)) && to.ends_with(&ending(remote)) && state == ESTABLISHED
    })
}
