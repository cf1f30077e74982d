//! Reads the rules out of the descriptor set.

use std::{collections::HashMap, sync::LazyLock};

use anyhow::{Context as _, bail};
use prost_reflect::{DescriptorPool, ExtensionDescriptor, MethodDescriptor, Value};
use proto::options::v1::{Authz, Caller};

use super::{Callers, Rule};
use crate::{
    authn::{Level, Plan},
    text_enum::WireEnum as _,
};

static PLATFORM: LazyLock<anyhow::Result<Rules>> =
    LazyLock::new(|| Rules::read(proto::DESCRIPTORS));

/// The rules of all RPCs by path.
#[derive(Debug)]
pub struct Rules {
    by_path: HashMap<String, Rule>,
    pool: DescriptorPool,
}

impl Rules {
    /// The rules of the platform's protos; panics where [`Rules::checked`] was not asked first.
    pub fn global() -> &'static Self {
        Self::checked().expect("every RPC declares who may call it")
    }

    /// The rules of the platform's protos; an error names an RPC without a valid rule.
    pub fn checked() -> anyhow::Result<&'static Self> {
        PLATFORM
            .as_ref()
            .map_err(|error| anyhow::anyhow!("{error:#}"))
    }

    /// Reads the rules out of an encoded descriptor set.
    pub fn read(descriptors: &[u8]) -> anyhow::Result<Self> {
        let pool = DescriptorPool::decode(descriptors).context("decode the descriptor set")?;
        let option = pool
            .get_extension_by_name("yizhimai.options.v1.authz")
            .context("find the option `authz` in the descriptor set")?;
        let mut by_path = HashMap::new();
        for service in pool.services() {
            for method in service.methods() {
                let rule = read_rule(&method, &option)
                    .with_context(|| format!("read the authorisation of {}", method.full_name()))?;
                by_path.insert(rule.path.clone(), rule);
            }
        }
        Ok(Self { by_path, pool })
    }

    /// Rule of the RPC at `path`.
    pub fn get(&self, path: &str) -> Option<&Rule> {
        self.by_path.get(path)
    }

    /// Every rule, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.by_path.values()
    }

    /// The descriptors the rules were read from.
    pub fn descriptors(&self) -> &DescriptorPool {
        &self.pool
    }
}

fn read_rule(method: &MethodDescriptor, option: &ExtensionDescriptor) -> anyhow::Result<Rule> {
    let options = method.options();
    if !options.has_extension(option) {
        bail!("the RPC has no `authz` option");
    }
    let value = options.get_extension(option);
    let Value::Message(message) = value.as_ref() else {
        bail!("the `authz` option is no message");
    };
    let authz: Authz = message.transcode_to()?;
    let callers = read_callers(&authz)?;
    let permission = match (authz.permission.as_str(), Level::from_wire(authz.level)) {
        ("", None) => None,
        ("", Some(_)) => bail!("a level without a permission"),
        (_, None) => bail!("a permission without a level"),
        (key, Some(level)) => Some((key.to_owned(), level)),
    };
    if authz.reauth && !callers.staff {
        bail!("only staff can enter a password");
    }
    if authz.audited && method.is_client_streaming() {
        bail!("a stream cannot be audited as one call");
    }
    Ok(Rule {
        path: format!("/{}/{}", method.parent_service().full_name(), method.name()),
        callers,
        permission,
        action: Some(authz.action.clone()).filter(|action| !action.is_empty()),
        plan: Plan::from_wire(authz.plan).unwrap_or_default(),
        idempotent: authz.idempotent,
        audited: authz.audited,
        reauth: authz.reauth,
        streamed: method.is_client_streaming(),
        input: method.input(),
    })
}

fn read_callers(authz: &Authz) -> anyhow::Result<Callers> {
    let mut callers = Callers::default();
    for caller in authz.callers() {
        match caller {
            Caller::Unspecified => bail!("a caller is unspecified"),
            Caller::Public => callers.public = true,
            Caller::Staff => callers.staff = true,
            Caller::Customer => callers.customer = true,
            Caller::Device => callers.device = true,
            Caller::Service => callers.service = true,
        }
    }
    if callers.is_empty() {
        bail!("no caller may call the RPC");
    }
    Ok(callers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_declares_its_callers() {
        let rules = Rules::checked().expect("give the RPC an `authz` option with callers");
        assert!(rules.iter().count() > 0);
    }

    #[test]
    fn an_rpc_without_a_rule_is_refused() {
        let without_options = tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET;
        let error = Rules::read(without_options).unwrap_err();
        assert!(format!("{error:#}").contains("authz"), "{error:#}");
    }
}
