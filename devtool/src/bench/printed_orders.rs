//! What an order costs that is printed, beside one of branches without a print point.

use std::time::Duration;

use super::{
    load,
    print_chain::PrintChain,
    print_line::Lines,
    printing::{all_online, all_printed},
    report::Figure,
    sides::Side,
};
use crate::{endpoints::Endpoints, home::Home, infra::postgres};

/// Branches of each side: enough printers for the orders of a crowd.
const BRANCHES: usize = 16;
/// How often the two sides take turns.
const ROUNDS: usize = 2;
const CLIENTS: [usize; 2] = [1, 32];
const WARM_UP: Duration = Duration::from_secs(3);
const TIME: Duration = Duration::from_secs(5);

/// Measures and answers the figures.
pub async fn bench(home: &Home, endpoints: &Endpoints) -> anyhow::Result<Vec<Figure>> {
    let gateway = endpoints.gateway_host();
    let mut bare = PrintChain::open(home, endpoints, BRANCHES).await?;
    let mut full = PrintChain::open(home, endpoints, BRANCHES).await?;
    let agents = full.add_agents(home, endpoints, 1).await?;
    let mut lines = Lines::open(&agents).await?;
    all_online(endpoints, &full, agents.len()).await?;
    let requests = [bare.orders(&gateway).await?, full.orders(&gateway).await?];
    for request in &requests {
        load::run(&gateway, 8, WARM_UP, request.clone()).await?;
    }
    all_printed(endpoints, &full).await?;
    postgres::analyze(endpoints).await?;

    let mut figures = Vec::new();
    for clients in CLIENTS {
        let [mut without, mut with] = requests.clone().map(Side::of);
        for _ in 0..ROUNDS {
            without.turn(home, endpoints, clients, TIME).await?;
            let printed = async || all_printed(endpoints, &full).await;
            with.turn_until(home, endpoints, clients, TIME, printed)
                .await?;
        }
        lines.check()?;
        figures.extend(with.costs_beside(&without, clients, "printing adds to a printed order"));
    }
    Ok(figures)
}
