//! A round of an Epson printer: ask for work, print, say what came of it.

use std::sync::Arc;

use chrono::TimeDelta;
use url::form_urlencoded;

use super::{
    Shared,
    device::{self, Device, Paper},
    drive::{Memory, Owed, Step, Unit},
    epson_xml::{self, Job},
};
use crate::{
    clock::Instant,
    printing::{
        canvas::Canvas,
        tray::{Printed, Tray},
    },
    sandbox::Sandbox,
};

const LIMIT: std::time::Duration = std::time::Duration::from_secs(15);
/// Largest XML that it takes.
const MOST_BYTES: usize = 2 << 20;
/// Complete, with the bits that an idle printer shows.
const PRINTED: u32 = 0x0F00_0016;
const PAPER_END: u32 = 0x000A_0008;
const COVER_OPEN: u32 = 0x0000_0028;
const NEAR_END: u32 = 0x0002_0000;
const IDLE: u32 = 0x0F00_0014;

/// One printer in one round.
struct Round<'a> {
    sandbox: &'a Arc<Sandbox>,
    tray: &'a Tray,
    name: &'a str,
    device: Device,
    memory: &'a mut Memory,
    steps: Vec<Step>,
}

/// What is said of a job.
struct Outcome {
    success: bool,
    code: String,
    status: u32,
}

pub async fn round(
    sandbox: &Arc<Sandbox>,
    shared: &Shared,
    unit: &Unit,
    device: &Device,
    memory: &mut Memory,
) -> Vec<Step> {
    let mut round = Round {
        sandbox,
        tray: &shared.tray,
        name: &unit.name,
        device: device.clone(),
        memory,
        steps: Vec::new(),
    };
    round.go().await;
    round.steps
}

impl Round<'_> {
    fn now(&self) -> Instant {
        self.sandbox.clock.now()
    }

    fn fault(&self, word: &str) -> Option<crate::fault::Fault> {
        device::fault(self.sandbox, self.name, word)
    }

    async fn go(&mut self) {
        self.tell().await;
        let now = self.now();
        if let Some(owed) = self.memory.owed.clone().filter(|owed| owed.due <= now) {
            self.memory.owed = None;
            self.say(&owed.token, owed.text).await;
        }
        let ask = [
            ("ConnectionType", "GetRequest"),
            ("ID", &self.device.id.clone()),
        ];
        let url = self.device.url.clone();
        let Some((200, xml)) = self.post(&url, &ask).await else {
            return;
        };
        if xml.is_empty() {
            return;
        }
        match epson_xml::read(&xml) {
            Err(fault) => {
                device::violation(self.sandbox, self.name, "XML", fault.text);
                if let Some(id) = fault.job {
                    let outcome = Outcome {
                        success: false,
                        code: "SchemaError".to_owned(),
                        status: 0,
                    };
                    self.say(&id, result(&id, &outcome)).await;
                }
            }
            Ok(jobs) => {
                for job in jobs {
                    self.job(&job).await;
                }
            }
        }
    }

    /// Tells how it is where it is told to, when that has changed.
    async fn tell(&mut self) {
        if self.device.status_url.is_empty() {
            return;
        }
        let xml = format!(
            "<?xml version=\"1.0\"?><statusmonitor><printerstatus devicename=\"local_printer\" asbstatus=\"{:#010X}\"/></statusmonitor>",
            self.bits(IDLE)
        );
        let xml = xml.replace("0X", "0x");
        if self.memory.told.as_ref() == Some(&xml) {
            return;
        }
        let url = self.device.status_url.clone();
        let id = self.device.id.clone();
        let fields = [
            ("ConnectionType", "SetStatus"),
            ("ID", &id),
            ("Status", &xml),
        ];
        if self.post(&url, &fields).await.is_some() {
            self.memory.told = Some(xml);
        }
    }

    fn bits(&self, well: u32) -> u32 {
        match (self.device.cover_open, self.device.paper) {
            (true, _) => COVER_OPEN,
            (false, Paper::Out) => PAPER_END,
            (false, Paper::Low) => well | NEAR_END,
            (false, Paper::Ok) => well,
        }
    }

    async fn job(&mut self, job: &Job) {
        self.memory.last_token.clone_from(&job.id);
        if self.fault("dies").is_some() {
            device::change(self.sandbox, self.name, |device| device.power = false);
            return;
        }
        let outcome = self.print(job);
        let text = result(&job.id, &outcome);
        if self.fault("never_confirms").is_some() {
            return;
        }
        if let Some(fault) = self.fault("late_confirm") {
            let seconds = fault.value["seconds"].as_i64().unwrap_or(200);
            self.owe(&job.id, text, TimeDelta::seconds(seconds));
            return;
        }
        self.say(&job.id, text.clone()).await;
        if self.fault("confirms_twice").is_some() {
            self.say(&job.id, text).await;
        }
    }

    fn print(&mut self, job: &Job) -> Outcome {
        let failed = |code: &str, status: u32| Outcome {
            success: false,
            code: code.to_owned(),
            status,
        };
        if let Some(fault) = self.fault("job_error") {
            return failed(fault.text("code").unwrap_or("SchemaError"), 0);
        }
        for (word, code) in [
            ("paper_out", "EPTR_REC_EMPTY"),
            ("cover_open", "EPTR_COVER_OPEN"),
        ] {
            if self.fault(word).is_some() {
                if let Some(first) = job.slips.first() {
                    let half = first.picture.top(first.picture.height() / 2);
                    self.put(job, &half, false, true, &first.notes);
                }
                let change = |device: &mut Device| match word {
                    "paper_out" => device.paper = Paper::Out,
                    _ => device.cover_open = true,
                };
                device::change(self.sandbox, self.name, change);
                change(&mut self.device);
                return failed(code, self.bits(0));
            }
        }
        if self.device.cover_open {
            return failed("EPTR_COVER_OPEN", COVER_OPEN);
        }
        if self.device.paper == Paper::Out {
            return failed("EPTR_REC_EMPTY", PAPER_END);
        }
        for slip in &job.slips {
            if slip.picture.width() > self.device.width {
                let detail = format!("{} dots on {}", slip.picture.width(), self.device.width);
                device::violation(self.sandbox, self.name, "picture", detail);
            }
            self.put(job, &slip.picture, slip.cut, false, &slip.notes);
        }
        Outcome {
            success: true,
            code: String::new(),
            status: self.bits(PRINTED),
        }
    }

    fn put(&self, job: &Job, picture: &Canvas, cut: bool, partial: bool, notes: &[String]) {
        let printed = Printed {
            at: self.now(),
            printer: self.name,
            channel: self.device.kind.name(),
            job: &job.id,
            copies: 1,
            cut,
            partial,
            notes: notes.to_vec(),
        };
        self.tray.put(printed, picture);
    }

    fn owe(&mut self, token: &str, text: String, wait: TimeDelta) {
        self.memory.owed = Some(Owed {
            due: self.now() + wait,
            token: token.to_owned(),
            text,
            retry: 0,
        });
    }

    /// Says what came of a job; what is not heard is said again in the next round.
    async fn say(&mut self, token: &str, xml: String) {
        let id = self.device.id.clone();
        let fields = [
            ("ConnectionType", "SetResponse"),
            ("ID", id.as_str()),
            ("ResponseFile", xml.as_str()),
        ];
        let url = self.device.url.clone();
        match self.post(&url, &fields).await {
            Some((200, body)) if body.is_empty() => {}
            Some((status, body)) => {
                let detail = format!("status {status}, {} bytes", body.len());
                device::violation(self.sandbox, self.name, "result", detail);
            }
            None => self.owe(token, xml, TimeDelta::zero()),
        }
    }

    /// Posts a form; status and body of the whole answer, none when none came.
    async fn post(&mut self, url: &str, fields: &[(&str, &str)]) -> Option<(u16, String)> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request = self
            .sandbox
            .http
            .post(url)
            .timeout(LIMIT)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        if !self.device.user.is_empty() {
            request = request.basic_auth(&self.device.user, Some(&self.device.password));
        }
        let heard = match request.send().await {
            Ok(response) => {
                let status = response.status().as_u16();
                let media = response.headers().get("content-type");
                let media = media.and_then(|value| value.to_str().ok());
                let is_xml = media.is_some_and(|media| media.starts_with("text/xml"));
                if status == 200 && !is_xml {
                    device::violation(self.sandbox, self.name, "content type", media.unwrap_or(""));
                }
                response
                    .text()
                    .await
                    .ok()
                    .filter(|text| text.len() <= MOST_BYTES)
                    .map(|text| (status, text))
            }
            Err(_) => None,
        };
        let said = fields.iter().map(|(_, value)| *value).collect::<Vec<_>>();
        self.steps.push(Step {
            said: said.join(" "),
            status: heard.as_ref().map(|(status, _)| *status),
            heard: heard
                .as_ref()
                .map(|(_, text)| text.chars().take(2_000).collect())
                .unwrap_or_default(),
        });
        heard
    }
}

fn result(id: &str, outcome: &Outcome) -> String {
    let Outcome {
        success,
        code,
        status,
    } = outcome;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><PrintResponseInfo Version=\"2.00\"><ePOSPrint>\
         <Parameter><devid>local_printer</devid><printjobid>{id}</printjobid></Parameter><PrintResponse>\
         <response xmlns=\"http://www.epson-pos.com/schemas/2011/03/epos-print\" success=\"{success}\" code=\"{code}\" status=\"{status}\" battery=\"0\"/>\
         </PrintResponse></ePOSPrint></PrintResponseInfo>"
    )
}
