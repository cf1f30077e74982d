//! The devices of a line: which they are, how they are, and what they are offered.

use chassis::{error::Problem, id::DeviceId};
use futures::{FutureExt as _, future::BoxFuture};
use proto::printing::v1::PrinterStatus;

use super::{AgentLine, Served, Waiting};
use crate::{
    app::{
        agent_lines, agent_slips,
        dispatch::{self, DeviceKey},
        wakes::Wake,
    },
    domain::device::{Device, State},
    grpc::agent_wire::{self, Printer, is_online, sighting},
};

impl AgentLine {
    /// Finds the devices of the agent whose printers it has, and serves them from now on.
    pub(super) async fn find_devices(&mut self, waiting: &mut Waiting) -> Result<(), Problem> {
        let devices = agent_lines::devices(&self.deps, self.key).await?;
        let mut found = Vec::with_capacity(devices.len());
        let mut fresh = Vec::new();
        for device in devices {
            let Some(printer) = self.hello.printer_of(&device) else {
                continue;
            };
            let known = self.served.iter().position(|of| of.device.id == device.id);
            let known = known.map(|index| self.served.swap_remove(index));
            found.push(match known {
                Some(known) if known.printer == *printer => Served { device, ..known },
                _ => {
                    fresh.push(found.len());
                    self.begin_serving(device, printer.clone(), waiting)
                }
            });
        }
        self.served = found;
        // Its printer's state may have come before it was a device.
        for index in fresh {
            self.note_state(index, true).await?;
        }
        Ok(())
    }

    fn begin_serving(&self, device: Device, printer: Printer, waiting: &mut Waiting) -> Served {
        let wake = self.deps.wakes.of(device.id);
        waiting.push(until_woken(device.id, wake));
        // What waits for it is looked at soon.
        self.deps.wakes.wake(device.id);
        Served {
            key: DeviceKey {
                org: self.key.org,
                device: device.id,
            },
            device,
            printer,
            sent: None,
        }
    }

    /// There may be work for a device.
    pub(super) async fn woken(
        &mut self,
        device: DeviceId,
        wake: Wake,
        waiting: &mut Waiting,
    ) -> Result<(), Problem> {
        let Some(index) = self.served.iter().position(|of| of.device.id == device) else {
            return Ok(());
        };
        waiting.push(until_woken(device, wake));
        if let Some((job, attempt)) =
            dispatch::withdrawal(&self.deps, self.served[index].key).await?
        {
            self.ask_back(job, attempt).await?;
        }
        self.offer(index).await
    }

    /// Sends the next job of a device whose printer can take it.
    pub(super) async fn offer(&mut self, index: usize) -> Result<(), Problem> {
        let served = &self.served[index];
        let online = self.states.get(&served.printer.name).is_some_and(is_online);
        if !online {
            return Ok(());
        }
        let Some(next) = dispatch::next_job(&self.deps, served.key).await? else {
            return Ok(());
        };
        let name = (next.job, next.attempt);
        if self.served[index].sent == Some(name) {
            return Ok(());
        }
        let (slips, device, copies) = (next.slips, next.device, next.copies);
        let drawn = tokio::task::spawn_blocking(move || {
            let bytes = agent_slips::encode(&slips, &device, copies);
            (bytes, device)
        });
        let (bytes, device) = drawn.await.map_err(Problem::internal)?;
        let seq = self.seq + 1;
        let printer = &self.served[index].printer;
        let parts = agent_wire::job(seq, name, printer, &device, bytes, next.expires_at);
        for part in parts {
            self.say(part).await?;
        }
        self.seq = seq;
        self.served[index].sent = Some(name);
        Ok(())
    }

    /// How a printer is. One that cannot print gives back what it has not begun, so that it comes out at a substitute,
    /// or later with its delay on it.
    pub(super) async fn status(&mut self, status: PrinterStatus) -> Result<(), Problem> {
        if !self.hello.has(&status.printer) {
            return Ok(());
        }
        let name = status.printer.clone();
        self.states.insert(name.clone(), status);
        for index in 0..self.served.len() {
            if self.served[index].printer.name != name {
                continue;
            }
            self.note_state(index, true).await?;
            if self.states.get(&name).is_some_and(is_online) {
                self.offer(index).await?;
            } else if let Some((job, attempt)) = self.served[index].sent {
                self.ask_back(job, attempt).await?;
            }
        }
        Ok(())
    }

    /// Takes in how a device is, where that is known; what its agent cannot reach is told once.
    pub(super) async fn note_state(&self, index: usize, is_news: bool) -> Result<(), Problem> {
        let served = &self.served[index];
        let Some(status) = self.states.get(&served.printer.name) else {
            return Ok(());
        };
        let sighting = sighting(status);
        if sighting.state == State::Offline && !is_news {
            return Ok(());
        }
        dispatch::device_state(&self.deps, served.key, &sighting).await
    }
}

fn until_woken(device: DeviceId, wake: Wake) -> BoxFuture<'static, (DeviceId, Wake)> {
    async move {
        wake.wait().await;
        (device, wake)
    }
    .boxed()
}
