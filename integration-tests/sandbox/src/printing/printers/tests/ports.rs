//! Printers on a port.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::*;

async fn listening(bench: &Bench, device: Value) -> TcpStream {
    let shown = put(bench, "kitchen", device).await;
    let port = shown["listens_on"].as_u64().unwrap();
    TcpStream::connect(("127.0.0.1", u16::try_from(port).unwrap()))
        .await
        .unwrap()
}

fn slip_stream() -> Vec<u8> {
    let mut stream = vec![
        0x1b, b'@', 0x1d, b'v', b'0', 0, 1, 0, 4, 0, 0xff, 0x81, 0x81, 0xff,
    ];
    stream.extend([0x1b, b'J', 6, 0x1d, b'V', 0x42, 0]);
    stream
}

#[tokio::test]
async fn a_printer_on_a_port_prints_rasters_and_answers() {
    let bench = Bench::new().await;
    let mut line = listening(&bench, json!({ "kind": "escpos", "width": 384 })).await;
    line.write_all(&[0x10, 4, 4, 0x10, 4, 2, 0x10, 4, 1])
        .await
        .unwrap();
    let mut bytes = [0; 3];
    line.read_exact(&mut bytes).await.unwrap();
    assert_eq!(bytes, [0x12; 3]);
    let mut stream = slip_stream();
    stream.extend([
        0x1d, b'(', b'H', 6, 0, 0x30, 0x30, b'J', b'0', b'0', b'1', 0x1d, b'r', 1,
    ]);
    line.write_all(&stream).await.unwrap();
    let mut bytes = [0; 8];
    line.read_exact(&mut bytes).await.unwrap();
    assert_eq!(bytes, [0x37, 0x22, b'J', b'0', b'0', b'1', 0, 0]);
    let slips = slips(&bench).await;
    assert_eq!(
        (&slips[0]["height"], &slips[0]["cut"]),
        (&json!(10), &json!(true))
    );
    assert!(bench.violations().await.is_empty());
    line.write_all(&[0x1b, 0x99, b'A', 0xc1, 0x1d, b'V', 0x42, 0])
        .await
        .unwrap();
    let slips = come_out(&bench, 2).await;
    assert!(
        slips[0]["notes"][0]
            .as_str()
            .unwrap()
            .starts_with("text: A")
    );
    assert_eq!(bench.violations().await, ["command", "text"]);
}

#[tokio::test]
async fn a_printer_on_a_port_waits_for_paper_and_goes_on() {
    let bench = Bench::new().await;
    let mut line = listening(&bench, json!({ "kind": "escpos", "width": 384 })).await;
    arm(&bench, "paper_out", json!({})).await;
    let mut stream = slip_stream();
    stream.extend([0x1d, b'r', 1]);
    line.write_all(&stream).await.unwrap();
    assert_eq!(come_out(&bench, 1).await[0]["partial"], true);
    // It still answers what is asked at once.
    line.write_all(&[0x10, 4, 4]).await.unwrap();
    let mut byte = [0];
    line.read_exact(&mut byte).await.unwrap();
    assert_eq!(byte, [0x7e]);
    // The line is closed, and the rest comes out all the same.
    drop(line);
    patch(&bench, "kitchen", json!({ "paper": "ok" })).await;
    assert_eq!(come_out(&bench, 2).await[0]["height"], 8);
}

#[tokio::test]
async fn a_printer_on_a_port_may_be_off_dead_mute_or_stuck() {
    let bench = Bench::new().await;
    let device = json!({ "kind": "escpos", "width": 384, "answers": "mute" });
    let mut line = listening(&bench, device).await;
    line.write_all(&[0x10, 4, 1]).await.unwrap();
    line.write_all(&slip_stream()).await.unwrap();
    come_out(&bench, 1).await;
    let address = line.peer_addr().unwrap();
    drop(line);

    patch(&bench, "kitchen", json!({ "power": false })).await;
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    patch(&bench, "kitchen", json!({ "power": true })).await;
    arm(&bench, "dies", json!({ "after_cuts": 1 })).await;
    let mut line = TcpStream::connect(address).await.unwrap();
    let twice = slip_stream().repeat(2);
    line.write_all(&twice).await.unwrap();
    let mut rest = Vec::new();
    let _ = line.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    assert_eq!(slips(&bench).await.len(), 2);

    patch(&bench, "kitchen", json!({ "power": true })).await;
    arm(&bench, "stalls", json!({})).await;
    let mut line = TcpStream::connect(address).await.unwrap();
    line.write_all(&slip_stream()).await.unwrap();
    // Another connection is not taken while the first is held.
    let mut other = TcpStream::connect(address).await.unwrap();
    other.write_all(&slip_stream()).await.unwrap();
    while !bench.get("/faults").await.as_array().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(slips(&bench).await.len(), 2);
    patch(&bench, "kitchen", json!({ "answers": "full" })).await;
    come_out(&bench, 3).await;
}

#[tokio::test]
async fn labels_come_out_with_their_copies() {
    let bench = Bench::new().await;
    let mut line = listening(&bench, json!({ "kind": "tspl", "width": 320 })).await;
    let mut stream = Vec::new();
    for _ in 0..5 {
        stream.extend(b"SIZE 40 mm,25 mm\r\nGAP 2 mm,0 mm\r\nCLS\r\nBITMAP 0,0,40,200,0,");
        stream.extend(vec![0xff; 8_000]);
        stream.extend(b"\r\nPRINT 1,2\r\n");
    }
    stream.extend(b"\x1b!?");
    line.write_all(&stream).await.unwrap();
    let mut byte = [9];
    line.read_exact(&mut byte).await.unwrap();
    assert_eq!(byte, [0]);
    let slips = come_out(&bench, 5).await;
    let copies: u64 = slips
        .iter()
        .map(|slip| slip["copies"].as_u64().unwrap())
        .sum();
    assert_eq!(copies, 10);
    assert_eq!(
        (&slips[0]["width"], &slips[0]["height"]),
        (&json!(320), &json!(200))
    );
    assert!(bench.violations().await.is_empty());
}
