//! Compiles every `.proto` of the platform without an installed compiler.

use std::{env, fmt::Write as _, fs, path::Path, path::PathBuf};

use prost_reflect::{DescriptorPool, EnumDescriptor, EnumValueDescriptor, Value};

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let mut files = Vec::new();
    collect(Path::new("yizhimai"), &mut files)?;
    files.sort();
    println!("cargo:rerun-if-changed=yizhimai");
    println!("cargo:rerun-if-changed=third_party");

    let mut compiler = protox::Compiler::new([".", "third_party"])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(&files)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // Encoded by the compiler itself: the plain type below drops the options that are ours.
    fs::write(
        out.join("descriptors.binpb"),
        compiler.encode_file_descriptor_set(),
    )?;
    fs::write(
        out.join("reasons.rs"),
        reasons(&compiler.descriptor_pool())?,
    )?;
    // The names lead from a Rust type to its descriptor.
    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    tonic_prost_build::configure()
        .bytes(".")
        .compile_fds_with_config(compiler.file_descriptor_set(), config)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// The status class of each reason: the values of the enum in every package's `reasons.proto`. Fails where
/// one is missing and where two packages define the same reason.
fn reasons(pool: &DescriptorPool) -> Result<String, Error> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut code = String::new();
    let in_file = |found: &EnumDescriptor| found.parent_file().name().ends_with("/reasons.proto");
    for reasons in pool.all_enums().filter(in_file) {
        let package = reasons.package_name().trim_start_matches("yizhimai.");
        let path = format!("{}::{}", package.replace('.', "::"), reasons.name());
        let prefix = reasons.get_value(0).ok_or("reasons begin with 0")?;
        let prefix = prefix.name().trim_end_matches("UNSPECIFIED").to_owned();
        let mut arms = String::new();
        for value in reasons.values() {
            let class = status_class(pool, &reasons, &value)?;
            writeln!(arms, "{} => StatusClass::{class},", value.number())?;
            let word = value.name().trim_start_matches(&prefix);
            if value.number() == 0 {
                continue;
            }
            if all.iter().any(|(other, _)| other == word) {
                return Err(format!("{word} is a reason of two packages").into());
            }
            all.push((word.to_owned(), class));
        }
        write!(
            code,
            "impl crate::ProblemReason for crate::{path} {{
                fn word(self) -> &'static str {{
                    self.as_str_name().trim_start_matches({prefix:?})
                }}
                fn status_class(self) -> StatusClass {{
                    match self as i32 {{ {arms} _ => StatusClass::Internal }}
                }}
            }}\n"
        )?;
    }
    all.sort();
    writeln!(code, "/// Every reason with its class, in order.")?;
    writeln!(code, "pub const REASONS: &[(&str, StatusClass)] = &[")?;
    for (word, class) in &all {
        writeln!(code, "({word:?}, StatusClass::{class}),")?;
    }
    writeln!(code, "];")?;
    Ok(code)
}

/// Name of the Rust variant of the class that `value` declares.
fn status_class(
    pool: &DescriptorPool,
    reasons: &EnumDescriptor,
    value: &EnumValueDescriptor,
) -> Result<String, Error> {
    if value.number() == 0 {
        return Ok("Internal".to_owned());
    }
    let option = pool
        .get_extension_by_name("yizhimai.options.v1.status_class")
        .ok_or("the option status_class is not declared")?;
    let options = value.options();
    let (Value::EnumNumber(number), true) = (
        options.get_extension(&option).into_owned(),
        options.has_extension(&option),
    ) else {
        let (reasons, value) = (reasons.full_name(), value.name());
        return Err(format!("{value} of {reasons} declares no status_class").into());
    };
    let classes = pool
        .get_enum_by_name("yizhimai.options.v1.StatusClass")
        .ok_or("the enum StatusClass is not declared")?;
    let class = classes
        .get_value(number)
        .ok_or("a status_class is unknown")?;
    let words = class.name().trim_start_matches("STATUS_CLASS_").split('_');
    Ok(words
        .map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase()))
        .collect())
}
