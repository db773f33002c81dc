//! `cargo xtask tidy`: the rules that the compiler does not know.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::Command;

use serde_json::Value as Json;

use crate::root;

/// Which of our crates each may use, beside itself; dev-dependencies are free.
const ARROWS: &[(&str, &[&str])] = &[
    ("connect-config", &["connect-config-derive", "java-text"]),
    ("connect-config-derive", &[]),
    ("java-text", &[]),
    ("kafka-client", &["connect-config"]),
    ("connect-api", &["connect-config", "java-text"]),
    ("connect-core", &["connect-api", "connect-config"]),
    ("connect-runtime", &["connect-core", "connect-api", "connect-config", "kafka-client"]),
    ("connect-rest", &["connect-core", "connect-api", "connect-config"]),
    ("plugin-converters", &["connect-api", "connect-config"]),
    ("plugin-file", &["connect-api", "connect-config"]),
    ("plugin-providers", &["connect-api", "connect-config"]),
    ("plugin-transforms", &["connect-api", "connect-config", "java-text"]),
    ("plugin-verifiable", &["connect-api", "connect-config"]),
];

/// May use all of ours, and are used by nothing of the product.
const TOPS: &[&str] = &["longshore", "connect-testkit", "own-connector", "xtask"];

/// Never to stand in a file, each with the reason. Built from halves, so that this file passes.
const BANNED: &[(&str, &str, &str)] = &[
    ("todo", "!(", "finish it"),
    ("unimplemented", "!(", "finish it"),
    ("dbg", "!(", "log it or remove it"),
    ("#[ign", "ore", "a test that does not run proves nothing"),
    ("FIX", "ME", "mend it"),
];

/// Answers whether all rules hold; prints what breaks one.
pub(crate) fn run() -> Result<bool, Box<dyn Error>> {
    let mut broken = wrong_arrows()?;
    broken.extend(banned_texts()?);
    for line in &broken {
        println!("{line}");
    }
    println!("tidy: {} broken rules", broken.len());
    Ok(broken.is_empty())
}

fn wrong_arrows() -> Result<Vec<String>, Box<dyn Error>> {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let uses = dependencies()?;
    let mut broken = Vec::new();
    for (name, used) in &uses {
        if TOPS.contains(&name.as_str()) {
            continue;
        }
        let Some(allowed) = allowed.get(name.as_str()) else {
            broken.push(format!("{name}: say in xtask/src/tidy.rs which crates it may use"));
            continue;
        };
        let ours = used.iter().filter(|used| uses.contains_key(*used));
        let wrong = ours.filter(|used| !allowed.contains(&used.as_str()));
        broken.extend(wrong.map(|used| format!("{name} must not use {used}: see ARCHITECTURE.md")));
    }
    Ok(broken)
}

/// The normal dependencies of each member.
fn dependencies() -> Result<BTreeMap<String, Vec<String>>, Box<dyn Error>> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: Json = serde_json::from_slice(&output.stdout)?;
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let list = |json: &Json| json.as_array().cloned().unwrap_or_default();
    let uses = |package: &Json| {
        let normal = list(&package["dependencies"]).into_iter().filter(|dependency| dependency["kind"].is_null());
        normal.map(|dependency| text(&dependency["name"])).collect()
    };
    Ok(list(&metadata["packages"]).iter().map(|package| (text(&package["name"]), uses(package))).collect())
}

fn banned_texts() -> Result<Vec<String>, Box<dyn Error>> {
    let mut broken = Vec::new();
    for (left, right, reason) in BANNED {
        let found = Command::new("git")
            .args(["grep", "-n", "-F", "--untracked", &format!("{left}{right}"), "--", "*.rs"])
            .current_dir(root())
            .output()?;
        let lines = String::from_utf8_lossy(&found.stdout).into_owned();
        broken.extend(lines.lines().map(|line| format!("{line}: {reason}")));
    }
    Ok(broken)
}
