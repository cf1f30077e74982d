//! A round of a Star printer: poll, fetch, print, confirm.

mod wire;

use std::sync::Arc;

use chrono::TimeDelta;
use http::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use self::wire::Heard;
use super::{
    Shared,
    device::{self, Device, Paper},
    drive::{Memory, Owed, Step, Unit},
};
use crate::{
    clock::Instant,
    printing::{
        canvas::Canvas,
        tray::{Printed, Tray},
    },
    sandbox::Sandbox,
};

/// What it can be given.
const MEDIA_TYPE: &str = "image/png";
const SETTINGS: &str = "cloudprnt-setting.json";
/// Questions are answered at once; a server that only asks is given up.
const MOST_QUESTIONS: usize = 3;

/// One printer in one round.
struct Round<'a> {
    sandbox: &'a Arc<Sandbox>,
    tray: &'a Tray,
    name: &'a str,
    device: Device,
    memory: &'a mut Memory,
    steps: Vec<Step>,
}

pub async fn round(
    sandbox: &Arc<Sandbox>,
    shared: &Shared,
    unit: &Unit,
    device: &Device,
    memory: &mut Memory,
) -> Vec<Step> {
    let mut round = Round::new(sandbox, shared, unit, device, memory);
    round.go().await;
    round.steps
}

/// Fetches `token`, or its last job, again.
pub async fn fetch(
    sandbox: &Arc<Sandbox>,
    shared: &Shared,
    unit: &Unit,
    device: &Device,
    token: Option<&str>,
) -> Vec<Step> {
    let mut memory = unit.memory().await;
    let token = token.map_or_else(|| memory.last_token.clone(), str::to_owned);
    let mut round = Round::new(sandbox, shared, unit, device, &mut memory);
    round.get(&token).await;
    round.steps
}

/// Confirms `token`, or its last job, with `code`.
pub async fn confirm(
    sandbox: &Arc<Sandbox>,
    shared: &Shared,
    unit: &Unit,
    device: &Device,
    token: Option<&str>,
    code: &str,
    retry: u32,
) -> Vec<Step> {
    let mut memory = unit.memory().await;
    let token = token.map_or_else(|| memory.last_token.clone(), str::to_owned);
    let mut round = Round::new(sandbox, shared, unit, device, &mut memory);
    round.delete(&token, code, retry).await;
    round.steps
}

impl<'a> Round<'a> {
    fn new(
        sandbox: &'a Arc<Sandbox>,
        shared: &'a Shared,
        unit: &'a Unit,
        device: &Device,
        memory: &'a mut Memory,
    ) -> Self {
        Self {
            sandbox,
            tray: &shared.tray,
            name: &unit.name,
            device: device.clone(),
            memory,
            steps: Vec::new(),
        }
    }
}

impl Round<'_> {
    fn now(&self) -> Instant {
        self.sandbox.clock.now()
    }

    fn fault(&self, word: &str) -> Option<crate::fault::Fault> {
        device::fault(self.sandbox, self.name, word)
    }

    fn violation(&self, rule: &str, detail: impl Into<String>) {
        device::violation(self.sandbox, self.name, rule, detail);
    }

    async fn go(&mut self) {
        if !self.memory.has_started {
            self.memory.has_started = true;
            self.settings().await;
        }
        self.owed().await;
        let mut results = Value::Null;
        for _ in 0..MOST_QUESTIONS {
            let Some(reply) = self.poll(self.status(), &results).await else {
                return;
            };
            let questions = reply["clientAction"].as_array().cloned();
            let Some(questions) = questions.filter(|questions| !questions.is_empty()) else {
                if reply["jobReady"] == true && self.device.is_well() {
                    self.job(&reply).await;
                }
                return;
            };
            // A job beside questions is passed over.
            if reply["jobReady"] == true {
                self.violation("clientAction", "beside a job");
            }
            results = questions.iter().map(|action| self.answer(action)).collect();
        }
    }

    /// Asks for settings in place of the last segment of its address, once after it was switched on.
    async fn settings(&mut self) {
        let base = self.device.url.split('?').next().unwrap_or_default();
        let Some((folder, last)) = base.rsplit_once('/') else {
            return;
        };
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("mac", &self.device.mac)
            .append_pair("replaced_path", last)
            .finish();
        let url = format!("{folder}/{SETTINGS}?{query}");
        self.send(Method::GET, &url, None).await;
    }

    /// Says what it still owes of an earlier job, when it is due.
    async fn owed(&mut self) {
        let now = self.now();
        if let Some(owed) = self.memory.owed.clone().filter(|owed| owed.due <= now) {
            self.memory.owed = None;
            self.delete(&owed.token, &owed.text, owed.retry).await;
        }
    }

    fn status(&self) -> &'static str {
        match (self.device.cover_open, self.device.paper) {
            (true, _) => "420 Cover open",
            (false, Paper::Out) => "410 Out of paper",
            (false, Paper::Low) => "211 Paper low",
            (false, Paper::Ok) => "200 OK",
        }
    }

    fn status_bytes(&self) -> String {
        let offline = u8::from(!self.device.is_well()) << 3;
        let printer = offline | u8::from(self.device.cover_open) << 5;
        let paper = match self.device.paper {
            Paper::Ok => 0x00,
            Paper::Low => 0x04,
            Paper::Out => 0x0c,
        };
        format!("23 86 {printer:02X} 00 00 {paper:02X} 00 00 00 00 00")
    }

    /// Posts how it is; the reply, where it is one.
    async fn poll(&mut self, status: &str, results: &Value) -> Option<Value> {
        let text = |text: &str| match text {
            "" => Value::Null,
            text => json!(text),
        };
        let body = json!({
            "status": self.status_bytes(),
            "printerMAC": text(&self.device.mac),
            "uniqueID": text(&self.memory.unique_id),
            "statusCode": status.replace(' ', "%20"),
            "jobToken": Value::Null,
            "printingInProgress": false,
            "clientAction": results,
        });
        let url = self.device.url.clone();
        let heard = self.send(Method::POST, &url, Some(body)).await?;
        if heard.status != 200 {
            return None;
        }
        let reply: Option<Value> = serde_json::from_slice(&heard.body).ok();
        let reply = reply.filter(|reply| reply["jobReady"].is_boolean());
        if heard.media_type != "application/json" || reply.is_none() {
            self.violation("poll reply", String::from_utf8_lossy(&heard.body));
        }
        reply
    }

    fn answer(&mut self, action: &Value) -> Value {
        let request = action["request"].as_str().unwrap_or_default();
        let result = match request {
            "ClientType" => json!("Star mC-Print3"),
            "ClientVersion" => json!("5.1"),
            "Encodings" => json!("image/png; text/plain"),
            "GetPollInterval" => json!(self.device.interval_seconds.to_string()),
            "PageInfo" => json!({
                "paperWidth": if self.device.width > 400 { "80" } else { "58" },
                "printWidth": (self.device.width / 8).to_string(),
                "horizontalResolution": "8",
                "verticalResolution": "8",
            }),
            "SetID" => {
                let id = action["options"].as_str().unwrap_or_default();
                id.clone_into(&mut self.memory.unique_id);
                json!(id)
            }
            _ => {
                self.violation("clientAction", request);
                json!("")
            }
        };
        json!({ "request": request, "result": result })
    }

    async fn job(&mut self, reply: &Value) {
        let offered = reply["mediaTypes"].as_array().cloned().unwrap_or_default();
        if offered.is_empty() {
            self.violation("poll reply", "a job without mediaTypes");
        }
        let token = reply["jobToken"].as_str().unwrap_or_default().to_owned();
        self.memory.last_token.clone_from(&token);
        if !offered.contains(&json!(MEDIA_TYPE)) {
            self.delete(&token, "510 Media type", 0).await;
            return;
        }
        let Some(heard) = self.get(&token).await else {
            self.delete(&token, "520 Download timeout", 0).await;
            return;
        };
        if heard.status != 200 {
            self.delete(&token, "520 Download error", 0).await;
            return;
        }
        if self.fault("double_get").is_some() {
            let again = self.get(&token).await;
            if again.is_none_or(|again| again.status == 200 && again.body != heard.body) {
                self.violation("fetch", "the same fetch brought other bytes");
            }
        }
        if heard.media_type != MEDIA_TYPE {
            self.violation("fetch", format!("content type {:?}", heard.media_type));
            self.delete(&token, "510 Media type", 0).await;
            return;
        }
        if let Some(fault) = self.fault("job_error") {
            let code = fault.value["code"].as_u64().unwrap_or(511);
            self.poll(&format!("{code} Error"), &Value::Null).await;
            self.delete(&token, &format!("{code} Error"), 0).await;
            return;
        }
        match Canvas::from_png(&heard.body) {
            Err(error) => {
                self.violation("picture", error);
                self.delete(&token, "511 Decode error", 0).await;
            }
            Ok(picture) if picture.width() > self.device.width => {
                let detail = format!("{} dots on {}", picture.width(), self.device.width);
                self.violation("picture", detail);
                self.delete(&token, "511 Decode error", 0).await;
            }
            Ok(picture) => self.print(&token, &heard, &picture).await,
        }
    }

    async fn print(&mut self, token: &str, heard: &Heard, picture: &Canvas) {
        if self.fault("dies").is_some() {
            device::change(self.sandbox, self.name, |device| device.power = false);
            return;
        }
        for (word, code) in [
            ("paper_out", "410 Out of paper"),
            ("cover_open", "420 Cover open"),
        ] {
            if self.fault(word).is_some() {
                self.put(token, heard, &picture.top(picture.height() / 2), true);
                let change = |device: &mut Device| match word {
                    "paper_out" => device.paper = Paper::Out,
                    _ => device.cover_open = true,
                };
                device::change(self.sandbox, self.name, change);
                change(&mut self.device);
                self.poll(code, &Value::Null).await;
                return;
            }
        }
        self.put(token, heard, picture, false);
        if self.fault("never_confirms").is_some() {
            return;
        }
        if let Some(fault) = self.fault("late_confirm") {
            let seconds = fault.value["seconds"].as_i64().unwrap_or(150);
            self.owe(token, "200 OK", 0, TimeDelta::seconds(seconds));
            return;
        }
        self.delete(token, "200 OK", 0).await;
        if self.fault("confirms_twice").is_some() {
            self.delete(token, "200 OK", 1).await;
        }
    }

    fn put(&self, token: &str, heard: &Heard, picture: &Canvas, partial: bool) {
        let told = heard.headers.iter();
        let notes: Vec<String> = told
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let cut = notes.iter().any(|note| note.starts_with("x-star-cut: "))
            && !notes
                .iter()
                .any(|note| note.starts_with("x-star-cut: none"));
        let printed = Printed {
            at: self.now(),
            printer: self.name,
            channel: self.device.kind.name(),
            job: token,
            copies: 1,
            cut: cut && !partial,
            partial,
            notes,
        };
        self.tray.put(printed, picture);
    }

    fn owe(&mut self, token: &str, code: &str, retry: u32, wait: TimeDelta) {
        self.memory.owed = Some(Owed {
            due: self.now() + wait,
            token: token.to_owned(),
            text: code.to_owned(),
            retry,
        });
    }

    async fn get(&mut self, token: &str) -> Option<Heard> {
        let url = self.address(&[("type", MEDIA_TYPE)], token);
        self.send(Method::GET, &url, None).await
    }

    /// Confirms; what is not heard is said again in the next round.
    async fn delete(&mut self, token: &str, code: &str, retry: u32) {
        let again = retry.to_string();
        let mut fields = vec![("code", code)];
        if retry > 0 {
            fields.push(("retry", &again));
        }
        let url = self.address(&fields, token);
        match self.send(Method::DELETE, &url, None).await {
            Some(heard) if heard.status == 200 => {}
            Some(heard) => self.violation("confirmation", format!("status {}", heard.status)),
            None => self.owe(token, code, retry + 1, TimeDelta::zero()),
        }
    }

    fn address(&self, fields: &[(&str, &str)], token: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("uid", self.memory.unique_id.as_str()),
            ("mac", &self.device.mac),
            ("token", token),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.extend_pairs(fields).finish();
        let joint = if self.device.url.contains('?') {
            '&'
        } else {
            '?'
        };
        format!("{}{joint}{query}", self.device.url)
    }
}
