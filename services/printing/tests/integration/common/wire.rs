//! Printers that call over HTTP.

use axum::serve;
use print_poll::JobToken;
use printing::{
    app::{
        dispatch::{self, DeviceKey},
        polling,
    },
    http,
};
use proto::printing::v1::{PairDeviceRequest, PrintChannel};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{Shop, pairing_code};

/// A printer at its secret address.
pub struct Caller {
    pub key: DeviceKey,
    pub url: String,
    http: Client,
}

/// Serves printers; returns where.
pub async fn serve_printers(shop: &Shop) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = http::router(shop.deps.clone(), 16);
    tokio::spawn(async move { serve(listener, router).await.unwrap() });
    base
}

impl Caller {
    /// A printer that was registered and is not paired.
    pub async fn register(shop: &Shop, base: &str, serial: &str, channel: PrintChannel) -> Self {
        let created = shop.create_device(serial, channel).await.unwrap();
        let path = created.address.strip_prefix("https://print.example");
        Self {
            key: shop.key(&created.device.unwrap()),
            url: format!("{base}{}", path.unwrap()),
            http: Client::new(),
        }
    }

    /// Staff types the code of the slip that this try prints.
    pub async fn pair(&self, shop: &Shop, token: &str) {
        let (job, _) = polling::named_try(token.parse().unwrap());
        let slip = dispatch::find_job(&shop.deps, self.key, job).await;
        let request = PairDeviceRequest {
            device_id: self.key.device.to_string(),
            code: pairing_code(&slip.unwrap().unwrap()),
        };
        shop.devices().pair_device(request).await.unwrap();
    }

    pub async fn call(&self, method: Method, query: &str, body: String) -> Response {
        let url = format!("{}?{query}", self.url);
        let request = self.http.request(method, url).body(body);
        request.send().await.unwrap()
    }

    /// A Star printer says how it is; what it is told.
    pub async fn poll(&self, code: &str) -> Value {
        let body = json!({ "statusCode": code, "printerMAC": "00:11:62:1d:9a:b7" });
        let answer = self.call(Method::POST, "", body.to_string()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "application/json");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// The try that a Star printer is offered.
    pub async fn offered(&self) -> String {
        let told = self.poll("200%20OK").await;
        assert_eq!(told["jobReady"], true, "{told}");
        assert_eq!(told["mediaTypes"], json!(["image/png"]));
        assert_eq!(told["deleteMethod"], "DELETE");
        told["jobToken"].as_str().unwrap().to_owned()
    }

    pub async fn is_idle(&self) -> bool {
        self.poll("200%20OK").await["jobReady"] == false
    }

    pub async fn fetch(&self, token: &str) -> Response {
        let query = format!("type=image%2Fpng&mac=00:11:62:1d:9a:b7&token={token}");
        self.call(Method::GET, &query, String::new()).await
    }

    /// A Star printer fetches a picture.
    pub async fn picture(&self, token: &str) -> Vec<u8> {
        let answer = self.fetch(token).await;
        assert_eq!(answer.status(), 200);
        let headers = answer.headers();
        assert_eq!(headers["content-type"], "image/png");
        assert_eq!(headers["x-star-cut"], "partial; feed=true");
        assert_eq!(headers["x-star-imageditherpattern"], "none");
        let picture = answer.bytes().await.unwrap().to_vec();
        assert!(picture.starts_with(b"\x89PNG"));
        picture
    }

    /// A Star printer says how a try went.
    pub async fn confirm(&self, token: &str, code: &str) {
        let query = format!("mac=00:11:62:1d:9a:b7&code={code}&token={token}");
        let answer = self.call(Method::DELETE, &query, String::new()).await;
        assert_eq!(answer.status(), 200);
    }

    /// An Epson printer asks for work; the try and its XML.
    pub async fn ask(&self) -> Option<(String, String)> {
        let body = "ConnectionType=GetRequest&ID=kitchen".to_owned();
        let answer = self.call(Method::POST, "", body).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/xml; charset=utf-8");
        let xml = answer.text().await.unwrap();
        let (_, rest) = xml.split_once("<printjobid>")?;
        let (token, _) = rest.split_once("</printjobid>")?;
        Some((token.to_owned(), xml.clone()))
    }

    /// An Epson printer says what came of a try, in XML that closes its tags wrongly.
    pub async fn answer(&self, token: &str, attributes: &str) {
        let xml = format!(
            "<PrintResponseInfo Version=\"2.00\"><ePOSPrint><Parameter><devid>local_printer</devid>\
             <printjobid>{token}</printjobid></Parameter><PrintResponse>\
             <response {attributes}></PrintResponse></ePOSPrint>"
        );
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("ConnectionType", "SetResponse"),
                ("ID", "kitchen"),
                ("ResponseFile", &xml),
            ])
            .finish();
        let answer = self.call(Method::POST, "", form).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.bytes().await.unwrap().len(), 0);
    }
}

/// Another try of the same job.
pub fn is_next_try(first: &str, second: &str) -> bool {
    let [first, second]: [JobToken; 2] = [first, second].map(|token| token.parse().unwrap());
    first.job() == second.job() && second.attempt() == first.attempt() + 1
}
