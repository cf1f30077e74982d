//! The configuration: five lines of TOML, each of which a variable may replace.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{Context as _, bail, ensure};
use proto::printing::v1::PrinterLanguage;
use serde::Deserialize;
use url::{Host, Url};

/// Printers of an agent.
const MOST_PRINTERS: usize = 32;
const LONGEST_NAME: usize = 32;

/// What the agent is told when it is installed.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// Where printing answers agents.
    pub server: Url,
    /// The pairing code; needed once.
    pub code: Option<String>,
    /// Folder of the journal and the token.
    pub spool: PathBuf,
    /// The printers.
    pub printers: Vec<PrinterConfig>,
}

/// A printer of the branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrinterConfig {
    /// Its name, by which jobs call it.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// What it understands.
    pub language: PrinterLanguage,
}

/// Where a printer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Host and port.
    Tcp(String),
    /// By vendor, product and, where several are alike, serial number.
    Usb {
        /// The vendor's id.
        vendor: u16,
        /// The product's id.
        product: u16,
        /// The serial number.
        serial: Option<String>,
    },
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: Option<String>,
    code: Option<String>,
    spool: Option<PathBuf>,
    #[serde(default)]
    printers: BTreeMap<String, String>,
}

impl Config {
    /// Reads the file at `path`, where there is one, and the variables `PRINT_AGENT_…` over it.
    pub fn read(path: &Path, variables: &BTreeMap<String, String>) -> anyhow::Result<Self> {
        let mut file = match std::fs::read_to_string(path) {
            Ok(text) => {
                toml::from_str(&text).with_context(|| format!("read {}", path.display()))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => File::default(),
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        let variable = |name: &str| variables.get(&format!("PRINT_AGENT_{name}")).cloned();
        file.server = variable("SERVER").or(file.server);
        file.code = variable("CODE").or(file.code);
        file.spool = variable("SPOOL").map(PathBuf::from).or(file.spool);
        if let Some(list) = variable("PRINTERS") {
            file.printers = named(&list)?;
        }
        file.try_into()
    }
}

impl TryFrom<File> for Config {
    type Error = anyhow::Error;

    fn try_from(file: File) -> anyhow::Result<Self> {
        let server = file.server.context("`server` is missing")?;
        let server = server_url(&server).with_context(|| format!("`server` {server}"))?;
        let printers: Vec<_> = file
            .printers
            .iter()
            .map(|(name, text)| printer(name, text).with_context(|| format!("printer {name}")))
            .collect::<Result<_, _>>()?;
        ensure!(!printers.is_empty(), "`printers` names no printer");
        ensure!(
            printers.len() <= MOST_PRINTERS,
            "`printers` names more than {MOST_PRINTERS}"
        );
        let places: BTreeSet<_> = printers.iter().map(|one| one.address.to_string()).collect();
        ensure!(
            places.len() == printers.len(),
            "two printers have one address: a printer has one name, and many print points on the server"
        );
        Ok(Self {
            server,
            code: file.code.filter(|code| !code.trim().is_empty()),
            spool: file.spool.context("`spool` is missing")?,
            printers,
        })
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("server", &self.server.as_str())
            .field("spool", &self.spool)
            .field("printers", &self.printers)
            .finish_non_exhaustive()
    }
}

/// The token travels to it, so it is TLS unless it is this machine.
fn server_url(text: &str) -> anyhow::Result<Url> {
    let url: Url = text.parse()?;
    let this_machine = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => bail!("names no host"),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if this_machine => Ok(url),
        _ => bail!("must begin with https://"),
    }
}

fn named(list: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let pairs = list.split(',').map(|pair| {
        let (name, address) = pair.split_once('=').with_context(|| {
            format!("PRINT_AGENT_PRINTERS: `{}` is no name=address", pair.trim())
        })?;
        Ok((name.trim().to_owned(), address.trim().to_owned()))
    });
    pairs.collect()
}

fn printer(name: &str, text: &str) -> anyhow::Result<PrinterConfig> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    ensure!(
        (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(fits),
        "a name has 1 to {LONGEST_NAME} letters, digits, - and _"
    );
    let mut words = text.split_whitespace();
    let address = words.next().context("has no address")?.parse()?;
    let language = match words.next() {
        None | Some("escpos") => PrinterLanguage::EscPos,
        Some("tspl") => PrinterLanguage::Tspl,
        Some(other) => bail!("`{other}` is neither escpos nor tspl"),
    };
    ensure!(words.next().is_none(), "has too many words");
    Ok(PrinterConfig {
        name: name.to_owned(),
        address,
        language,
    })
}

impl FromStr for Address {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        if let Some(place) = text.strip_prefix("tcp:") {
            let (host, port) = place
                .rsplit_once(':')
                .context("needs host and port: tcp:192.168.1.50:9100")?;
            let port: u16 = port.parse().context("the port is no number")?;
            ensure!(!host.is_empty() && port > 0, "needs host and port");
            return Ok(Self::Tcp(place.to_owned()));
        }
        let Some(ids) = text.strip_prefix("usb:") else {
            bail!("begins with neither tcp: nor usb:");
        };
        let mut parts = ids.splitn(3, ':');
        let mut id = || {
            let digits = parts
                .next()
                .context("needs vendor and product: usb:04b8:0e28")?;
            u16::from_str_radix(digits, 16).with_context(|| format!("`{digits}` is no USB id"))
        };
        let (vendor, product) = (id()?, id()?);
        let serial = parts.next().map(str::to_owned);
        Ok(Self::Usb {
            vendor,
            product,
            serial,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(place) => write!(f, "tcp:{place}"),
            Self::Usb {
                vendor,
                product,
                serial,
            } => {
                write!(f, "usb:{vendor:04x}:{product:04x}")?;
                serial.iter().try_for_each(|serial| write!(f, ":{serial}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const FIVE_LINES: &str = "\
server = \"https://print.example.tw\"
code = \"K7QF-3M9P\"
spool = \"/var/lib/print-agent\"
printers.kitchen = \"tcp:192.168.1.50:9100\"
printers.labels = \"usb:0483:5743:A1 tspl\"
";

    fn read(text: &str, variables: &[(&str, &str)]) -> anyhow::Result<Config> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let variables = variables
            .iter()
            .map(|(name, value)| (format!("PRINT_AGENT_{name}"), (*value).to_owned()));
        Config::read(file.path(), &variables.collect())
    }

    fn problem(text: &str, variables: &[(&str, &str)]) -> String {
        format!("{:#}", read(text, variables).unwrap_err())
    }

    #[test]
    fn five_lines_are_a_configuration() {
        let config = read(FIVE_LINES, &[]).unwrap();
        assert_eq!(config.server.as_str(), "https://print.example.tw/");
        assert_eq!(config.code.as_deref(), Some("K7QF-3M9P"));
        let [kitchen, labels] = &config.printers[..] else {
            panic!("two printers");
        };
        assert_eq!(kitchen.address, Address::Tcp("192.168.1.50:9100".into()));
        assert_eq!(kitchen.language, PrinterLanguage::EscPos);
        assert_eq!(labels.address.to_string(), "usb:0483:5743:A1");
        assert_eq!(labels.language, PrinterLanguage::Tspl);
        assert!(!format!("{config:?}").contains("K7QF"), "a code is secret");
    }

    #[test]
    fn variables_are_a_configuration_too_and_win() {
        let variables = [
            ("SERVER", "http://127.0.0.1:5000"),
            ("SPOOL", "/tmp/x"),
            ("PRINTERS", "a=tcp:h:9100, b=usb:04b8:0e28 tspl"),
        ];
        let config = read("", &variables).unwrap();
        assert_eq!(config.code, None);
        assert_eq!(config.printers.len(), 2);
        let config = read(FIVE_LINES, &[("SPOOL", "/else")]).unwrap();
        assert_eq!(config.spool, Path::new("/else"));
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        for (line, named) in [
            ("server = \"http://print.example.tw\"", "https"),
            ("servers = \"\"", "servers"),
            ("printers.kitchen = \"192.168.1.50\"", "printer kitchen"),
            ("printers.kitchen = \"tcp:host\"", "tcp:192.168.1.50:9100"),
            ("printers.kitchen = \"usb:04b8\"", "usb:04b8:0e28"),
            ("printers.kitchen = \"tcp:h:9100 zpl\"", "zpl"),
            ("printers.\"k k\" = \"tcp:h:9100\"", "printer k k"),
        ] {
            let key = line.split([' ', '.']).next().unwrap();
            let kept = FIVE_LINES.lines().filter(|other| !other.starts_with(key));
            let text = kept.chain([line]).collect::<Vec<_>>().join("\n");
            let said = problem(&text, &[]);
            assert!(said.contains(named), "{line}: {said}");
        }
        let twice = [("PRINTERS", "a=tcp:h:9100,b=tcp:h:9100")];
        assert!(problem(FIVE_LINES, &twice).contains("one address"));
    }
}
