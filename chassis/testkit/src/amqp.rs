//! A part of the broker for one test.

use std::sync::Mutex;

use chassis::{amqp::Amqp, config::AmqpConfig, secret::Secret};

use url::Url;

use crate::{background, proxy::Proxy, server, unique};

/// URL of the broker for tests.
#[must_use]
pub fn amqp_url() -> String {
    server("TEST_AMQP_URL")
}

/// An exchange and queues that no other test sees; deleted with this value.
#[derive(Debug)]
pub struct TestAmqp {
    config: AmqpConfig,
    amqp: Amqp,
    services: Mutex<Vec<Amqp>>,
    proxy: Proxy,
}

impl TestAmqp {
    /// A part of the broker under a prefix of its own. Must be called inside a runtime.
    #[must_use]
    pub fn new() -> Self {
        let mut url = Url::parse(&amqp_url()).unwrap();
        let target = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5672));
        let proxy = Proxy::before(target);
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(proxy.port())).unwrap();
        let prefix = format!("test-{}.", unique());
        let config = AmqpConfig {
            url: Secret::new(url.into()),
            prefix,
        };
        let amqp = Amqp::new(&config, "test");
        Self {
            config,
            amqp,
            services: Mutex::default(),
            proxy,
        }
    }

    /// Deletes with this value what a service declares too, through the broker as the service sees it.
    pub fn delete_queues_of(&self, service: &Amqp) {
        self.services.lock().unwrap().push(service.clone());
    }

    /// Cuts every connection, as a failing network would; new ones succeed.
    pub fn cut_connections(&self) {
        self.proxy.cut();
    }

    /// The broker as the test sees it.
    #[must_use]
    pub fn amqp(&self) -> Amqp {
        self.amqp.clone()
    }

    /// The section `AMQP_` that leads here.
    #[must_use]
    pub fn config(&self) -> AmqpConfig {
        self.config.clone()
    }
}

impl Default for TestAmqp {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestAmqp {
    fn drop(&mut self) {
        // The test's own connection and proxy belong to its runtime, which may be ending.
        let config = AmqpConfig {
            url: Secret::new(amqp_url()),
            ..self.config.clone()
        };
        let again = Amqp::new(&config, "test-cleaner");
        let mut queues = self.amqp.declared_queues();
        for service in self.services.get_mut().unwrap().drain(..) {
            queues.extend(service.declared_queues());
        }
        background::run(async move {
            again.delete(&queues).await?;
            again.close().await;
            Ok(())
        });
    }
}
