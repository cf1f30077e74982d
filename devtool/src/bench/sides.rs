//! Orders with and without something, in turns: what it adds to each of them.

use std::{collections::BTreeMap, time::Duration};

use anyhow::ensure;

use super::{
    load::{self, Measured, Request, count},
    orders::{Usage, consumed},
    report::Figure,
};
use crate::{endpoints::Endpoints, home::Home};

/// What may be added to an order that comes alone, and to one in a crowd.
pub const AIM_ADDED_LONE_MICROS: f64 = 600.0;
pub const AIM_ADDED_HOT_MICROS: f64 = 150.0;

/// The orders of one side.
pub struct Side {
    request: Request,
    used: Usage,
    orders: u64,
}

impl Side {
    /// One whose orders are placed by these requests.
    pub fn of(request: Request) -> Self {
        Self {
            request,
            used: Usage::default(),
            orders: 0,
        }
    }

    /// Places orders for some time, and counts what they cost until their events are consumed.
    pub async fn turn(
        &mut self,
        home: &Home,
        endpoints: &Endpoints,
        clients: usize,
        time: Duration,
    ) -> anyhow::Result<Measured> {
        self.turn_until(home, endpoints, clients, time, async || Ok(()))
            .await
    }

    /// As [`Self::turn`], until what else follows from the orders is done.
    pub async fn turn_until(
        &mut self,
        home: &Home,
        endpoints: &Endpoints,
        clients: usize,
        time: Duration,
        done: impl AsyncFnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<Measured> {
        let before = Usage::now(home, endpoints).await?;
        let gateway = endpoints.gateway_host();
        let measured = load::run(&gateway, clients, time, self.request.clone()).await?;
        consumed(endpoints).await?;
        done().await?;
        let used = Usage::now(home, endpoints).await?.since(&before);
        let refused = measured.refused;
        ensure!(refused == 0, "{refused} orders were refused");
        self.used.add(used);
        self.orders += measured.answers;
        Ok(measured)
    }

    /// What an order costs each process and database here and there, and what is added in all. `added` says by what.
    pub fn costs_beside(&self, bare: &Self, clients: usize, added: &str) -> Vec<Figure> {
        let name = |what: String| format!("{what}, {clients} clients");
        let mut figures = Vec::new();
        let mut compare = |what: &str,
                           unit: &str,
                           before: &BTreeMap<String, f64>,
                           after: &BTreeMap<String, f64>| {
            for (name_of, value) in after {
                let floor = before.get(name_of).copied().filter(|floor| *floor > 0.0);
                let figure =
                    Figure::plain(name(format!("{what} per order, {name_of}")), *value, unit);
                figures.push(match floor {
                    Some(floor) => figure.beside(floor, None),
                    None => figure,
                });
            }
            after.values().sum::<f64>() - before.values().sum::<f64>()
        };
        let micros = compare("CPU", "µs", &bare.micros(), &self.micros());
        let calls = compare("SQL statements", "", &bare.statements(), &self.statements());
        let most = if clients == 1 {
            AIM_ADDED_LONE_MICROS
        } else {
            AIM_ADDED_HOT_MICROS
        };
        let added = |what: &str| name(format!("{added} in all, {what}"));
        figures.push(Figure::plain(added("CPU"), micros, "µs").at_most(most));
        figures.push(Figure::plain(added("SQL"), calls, "statements"));
        figures
    }

    fn micros(&self) -> BTreeMap<String, f64> {
        let seconds = self.used.cpu_seconds.iter();
        let micros = |(name, it): (&String, &f64)| (name.clone(), it * 1e6 / count(self.orders));
        seconds.map(micros).collect()
    }

    fn statements(&self) -> BTreeMap<String, f64> {
        let calls = self.used.statements.iter();
        let each = |(name, it): (&String, &i64)| {
            (name.clone(), count(it.cast_unsigned()) / count(self.orders))
        };
        calls.map(each).collect()
    }
}
