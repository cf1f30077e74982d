//! From an order to paper: the service, a real agent, and a printer on a port of this machine.

#[path = "../../agent/tests/integration/slip_printer.rs"]
#[expect(dead_code, reason = "shared with the tests of the agent")]
mod slip_printer;

use print_agent::{Address, Config, PrinterConfig, Timing};
use proto::printing::v1::{
    Document, PrintJobState, PrintTrigger, PrinterLanguage, RenewPrintAgentCodeRequest,
};
use slip_printer::SlipPrinter;
use testkit::eventually;
use tokio_util::sync::CancellationToken;

use crate::common::{Shop, Step};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_becomes_paper_once() {
    let shop = Shop::open().await;
    let printer = SlipPrinter::start();
    let key = shop
        .agent_printer("KITCHEN1", &printer.addr().to_string())
        .await;
    shop.prints(key, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let agents = proto::printing::v1::ListPrintAgentsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    let agents = shop.devices().list_print_agents(agents).await.unwrap();
    let request = RenewPrintAgentCodeRequest {
        agent_id: agents.into_inner().agents.remove(0).agent_id,
    };
    let renewed = shop.devices().renew_print_agent_code(request).await;

    let folder = tempfile::TempDir::new().unwrap();
    let config = Config {
        server: shop.service.url_of_devices().parse().unwrap(),
        code: Some(renewed.unwrap().into_inner().code),
        spool: folder.path().to_owned(),
        printers: vec![PrinterConfig {
            name: "kitchen".to_owned(),
            address: Address::Tcp(printer.addr().to_string()),
            language: PrinterLanguage::EscPos,
        }],
    };
    let stop = CancellationToken::new();
    let agent = tokio::spawn(print_agent::run(config, Timing::default(), stop.clone()));

    for number in ["001", "002", "003"] {
        let mut order = shop.order(number);
        shop.step(&mut order, Step::Placed).await;
    }
    eventually(async || shop.states().await == [PrintJobState::Printed; 3]).await;
    assert_eq!(printer.papers().len(), 3);

    printer.set_paper(false);
    let mut order = shop.order("004");
    shop.step(&mut order, Step::Placed).await;
    let empty = "SELECT count(*) FROM device_states WHERE state = 'paper_out'";
    eventually(async || shop.count(empty).await == 1).await;
    printer.set_paper(true);
    eventually(async || shop.states().await == [PrintJobState::Printed; 4]).await;
    assert_eq!(printer.papers().len(), 4);
    stop.cancel();
    agent.await.unwrap().unwrap();
    shop.service.stop().await;
}
