//! Stands in for every service behind the gateway: an RPC answers as a test sets it up.

use std::{collections::HashMap, sync::Arc};

use axum::{Router, extract::Request};
use futures::future::{Ready, ready};
use parking_lot::Mutex;
use prost::{
    Message,
    bytes::{Buf, BufMut, Bytes},
};
use tokio::net::TcpListener;
use tonic::{
    Response, Status,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::MetadataMap,
    server::{Grpc, UnaryService},
    transport::{Server, server::TcpIncoming},
};
use url::Url;

type Answer = Arc<dyn Fn(&MetadataMap, Bytes) -> Result<Vec<u8>, Status> + Send + Sync>;

/// The services; clones share the answers.
#[derive(Clone, Default)]
pub struct Fake {
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    calls: Arc<Mutex<HashMap<String, usize>>>,
}

impl Fake {
    /// Listens on a free port.
    pub async fn start(&self) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let fake = self.clone();
        let router =
            Router::new().fallback(async move |request: Request| fake.serve(request).await);
        let routes = tonic::service::Routes::from(router);
        let server = Server::builder().add_routes(routes);
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        url.parse().unwrap()
    }

    /// Makes the RPC `Service/Method`, such as `staff.v1.StaffService/GetMe`, answer by `answer`.
    pub fn on<Req: Message + Default, Res: Message>(
        &self,
        rpc: &str,
        answer: impl Fn(Req) -> Result<Res, Status> + Send + Sync + 'static,
    ) {
        self.on_with_token(rpc, move |_, request| answer(request));
    }

    /// As `on`, with the token that the gateway sent.
    pub fn on_with_token<Req: Message + Default, Res: Message>(
        &self,
        rpc: &str,
        answer: impl Fn(Option<&str>, Req) -> Result<Res, Status> + Send + Sync + 'static,
    ) {
        let answer = move |metadata: &MetadataMap, body: Bytes| {
            let request = Req::decode(body).unwrap();
            let header = metadata
                .get("authorization")
                .and_then(|value| value.to_str().ok());
            let token = header.and_then(|value| value.strip_prefix("Bearer "));
            answer(token, request).map(|answer| answer.encode_to_vec())
        };
        self.answers
            .lock()
            .insert(format!("/yizhimai.{rpc}"), Arc::new(answer));
    }

    /// How often an RPC was called.
    pub fn calls(&self, rpc: &str) -> usize {
        self.calls
            .lock()
            .get(&format!("/yizhimai.{rpc}"))
            .copied()
            .unwrap_or_default()
    }

    async fn serve(self, request: Request) -> http::Response<tonic::body::Body> {
        let path = request.uri().path().to_owned();
        *self.calls.lock().entry(path.clone()).or_default() += 1;
        let answer = self.answers.lock().get(&path).cloned();
        Grpc::new(Raw).unary(Call { path, answer }, request).await
    }
}

struct Call {
    path: String,
    answer: Option<Answer>,
}

impl UnaryService<Bytes> for Call {
    type Response = Bytes;
    type Future = Ready<Result<Response<Bytes>, Status>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let Some(answer) = &self.answer else {
            return ready(Err(Status::unimplemented(format!(
                "the test has no {}",
                self.path
            ))));
        };
        let (metadata, _, body) = request.into_parts();
        ready(answer(&metadata, body).map(|bytes| Response::new(bytes.into())))
    }
}

/// Bodies as they are.
#[derive(Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
