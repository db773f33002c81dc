use std::fs;

use connect_core::loggers::LogLevel::{self, *};
use tempfile::TempDir;

use super::*;

/// As Apache's worker comes with it, in all that matters to log4j.
const APACHE: &str = r#"
Configuration:
  Properties:
    Property:
      - name: "kafka.logs.dir"
        value: "."
      - name: "logPattern"
        value: "[%d] %p %X{connector.context}%m (%c:%L)%n"
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: "${logPattern}"
    RollingFile:
      - name: ConnectAppender
        fileName: "${sys:kafka.logs.dir}/connect.log"
        PatternLayout:
          pattern: "${logPattern}"
        TimeBasedTriggeringPolicy:
          modulate: true
  Loggers:
    Root:
      level: INFO
      AppenderRef:
        - ref: STDOUT
        - ref: ConnectAppender
"#;

fn read_file(name: &str, content: &[u8]) -> Log4j {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let key = if name.starts_with("log4j.") { "log4j.configuration" } else { "log4j2.configurationFile" };
    read(&JavaOptions::parse(&format!("-Dlv=trace -D{key}=file:{}", path.display())))
}

#[test]
fn apaches_own_file_is_understood() {
    let log4j = read_file("connect-log4j2.yaml", APACHE.as_bytes());
    assert_eq!(log4j.levels, LoggerLevels::new(Info));
    assert_eq!((log4j.unused, log4j.problems), (vec!["RollingFile ConnectAppender".to_owned()], vec![]));
}

/// File, content, level of the root, levels of loggers, how many problems.
type Case = (&'static str, &'static str, LogLevel, &'static [(&'static str, LogLevel)], usize);

const CASES: &[Case] = &[
    (
        "a.yaml",
        "Configuration:\n  Loggers:\n    Root: {level: warn}\n    Logger:\n    - {name: a.b, level: DEBUG}\n    - {name: c, level: off}",
        Warn,
        &[("a.b", Debug), ("c", Off)],
        0,
    ),
    (
        "a.yml",
        "configuration:\n  loggers:\n    logger: {NAME: a, Level: '${lv}'}\n    asyncRoot: {level: error}",
        Error,
        &[("a", Trace)],
        0,
    ), // any case
    (
        "a.yaml",
        "Configuration:\n  properties: {property: [{name: x, value: fatal}]}\n  Loggers:\n    Root: {level: '${x}'}\n    Logger: [{name: '${sys:lv}.b', level: '${env:NO_SUCH_ONE:-all}'}]",
        Fatal,
        &[("trace.b", All)],
        0,
    ),
    (
        "a.yaml",
        "Configuration:\n  Loggers:\n    Root: {level: BOGUS}\n    Logger: [{name: a}, {name: b, level: '${no}'}, {name: c, level: warn}, 1, [2]]",
        Info,
        &[("c", Warn)],
        2,
    ), // a has its parent's
    (
        "a.json",
        "{\"Configuration\": {\"Loggers\": {\"Root\": {\"level\": \"warn\"},\n\t\"Logger\": [{\"name\": \"a\", \"levelAndRefs\": \"debug, X\"}]}}}",
        Warn,
        &[("a", Debug)],
        0,
    ),
    (
        "a.xml",
        "<?xml version='1.0'?><Configuration><Properties><Property name='x'>DEBUG</Property></Properties><Loggers><Logger name='a' level='${x}'/><Root level='WARN'><AppenderRef ref='S'/></Root></Loggers></Configuration>",
        Warn,
        &[("a", Debug)],
        0,
    ),
    (
        "log4j.xml",
        "<!DOCTYPE log4j:configuration SYSTEM 'log4j.dtd'><log4j:configuration xmlns:log4j='http://jakarta.apache.org/log4j/'><category name='a'><priority value='debug'/></category><logger name='b'><level value='error'/></logger><root><priority value='warn'/></root></log4j:configuration>",
        Warn,
        &[("a", Debug), ("b", Error)],
        0,
    ),
    (
        "a.properties",
        "rootLogger.level=WARN\nlogger.k.name=a.b\nlogger.k.level=debug\nlogger.z.name=z\nlogger.z=TRACE, X\nlogger.r.name=r\nproperty.x=OFF\nlogger.x.name=x\nlogger.x.level=${x}",
        Warn,
        &[("a.b", Debug), ("x", Off), ("z", Trace)],
        0,
    ),
    ("a.properties", "rootLogger=ERROR, STDOUT", Error, &[], 0),
    (
        "log4j.properties",
        "lv2=ERROR\nlog4j.rootLogger=${lv}, stdout\nlog4j.logger.a.b=${lv2}\nlog4j.category.c= WARN , x\nlog4j.logger.d=inherited\nlog4j.logger.e=null",
        Trace,
        &[("a.b", Error), ("c", Warn)],
        0,
    ),
    ("log4j.properties", "log4j.rootCategory=WARN\nlog4j.logger.a=LOUD", Warn, &[], 1),
    ("a.yaml", "Configuration:\n  Loggers:\n    Root: [\n", Info, &[], 1), // broken, as all below
    ("a.yaml", "", Info, &[], 1),
    ("a.yaml", "- 1", Info, &[], 1),
    ("a.yaml", "Configuration: &a\n  Loggers: {Root: {level: OFF}}\n---\n: : }", Off, &[], 0), // only the first document
    ("a.xml", "<Configuration><Loggers></Configuration>", Info, &[], 1),
    ("a.xml", "", Info, &[], 1),
    ("a.xml", "<!DOCTYPE c [<!ENTITY a 'x'><!ENTITY b '&a;&a;&b;'>]><c>&b;</c>", Info, &[], 1),
    ("a.properties", "rootLogger.level=\\uXYZ", Info, &[], 1),
    ("a.yaml", "Configuration: {Loggers: *none}", Info, &[], 1),
];

#[test]
fn levels_of_every_format() {
    for (file, content, root, named, problems) in CASES {
        let log4j = read_file(file, content.as_bytes());
        assert_eq!(log4j.problems.len(), *problems, "{file} {content}: {:?}", log4j.problems);
        assert_eq!(log4j.levels.root(), *root, "{file} {content}");
        assert_eq!(log4j.levels.named().collect::<Vec<_>>(), *named, "{file} {content}");
    }
}

#[test]
fn what_has_no_effect_is_named_and_passwords_are_not() {
    for (file, content, want) in [
        (
            "a.xml",
            "<Configuration><Appenders><Console name='c'/><SMTP name='mail' smtpPassword='hunter2'/></Appenders><ThresholdFilter level='WARN'/></Configuration>",
            "SMTP mail, ThresholdFilter",
        ),
        (
            "log4j.properties",
            "log4j.threshold=WARN\nlog4j.appender.o=org.apache.log4j.ConsoleAppender\nlog4j.appender.f=org.apache.log4j.RollingFileAppender\nlog4j.appender.f.File=hunter2",
            "RollingFileAppender f, threshold",
        ),
        (
            "log4j.xml",
            "<configuration><appender name='f' class='org.apache.log4j.FileAppender'/></configuration>",
            "FileAppender f",
        ),
        ("a.properties", "appender.c.type=Console\nappender.f.type=File\nappender.f.name=out", "File out"),
        (
            "a.yaml",
            "Configuration:\n  Appenders:\n    Appender: [{type: Console, name: c}, {type: Socket, name: s}]",
            "Socket s",
        ),
    ] {
        let mut unused = read_file(file, content.as_bytes()).unused;
        unused.sort();
        assert_eq!(unused.join(", "), want, "{file} {content}");
    }
    let address = JavaOptions::parse("-Dlog4j2.configurationFile=https://me:hunter2@host/a.yaml");
    let problems = read(&address).problems.concat();
    assert!(problems.contains(" host/a.yaml is not used") && !problems.contains("hunter2"), "{problems}");
    let broken = "<Configuration><SMTP smtpPassword='hunter2' hunter2></Configuration>";
    let problems = read_file("a.xml", broken.as_bytes()).problems.concat();
    assert!(!problems.contains("hunter2") && problems.contains("line 1"), "{problems}");
}

#[test]
fn deep_and_long_files_are_refused() {
    let deep = 200_000;
    for (file, content) in [
        ("a.yaml", "- ".repeat(deep)),
        ("a.yaml", format!("a: {}", "[".repeat(deep))),
        ("a.yaml", "a: ".repeat(deep)),
        ("a.yaml", (0..600).map(|at| format!("{}a:\n", " ".repeat(at))).collect()),
        ("a.yaml", format!("a: {}", "- ".repeat(deep))),
        ("a.json", "{\"a\":".repeat(deep)),
        ("a.json", format!("{{\"a\":{}", "[".repeat(deep))),
        ("a.yaml", format!("? {}", "? ".repeat(deep))),
        ("a.xml", "<a>".repeat(deep)),
        ("a.xml", format!("{}{}", "<a>".repeat(1000), "</a>".repeat(1000))),
        ("a.yaml", "#".repeat(1 << 20) + "#"),
    ] {
        let log4j = read_file(file, content.as_bytes());
        assert_eq!(log4j.problems.len(), 1, "{file} {:.40}", content);
        assert_eq!(log4j.levels, LoggerLevels::new(Info));
    }
}

#[test]
fn which_file_is_read() {
    let folder = TempDir::new().unwrap();
    let written = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let first = written("first", "log4j.rootLogger=ERROR");
    let one = written("one.properties", "rootLogger.level=WARN\nlogger.a.name=a\nlogger.a.level=DEBUG");
    let two = written("two.yaml", "C: {Loggers: {Root: {level: OFF}}}");
    let spaced = written("a b,100%.yaml", "C: {Loggers: {Root: {level: FATAL}}}");
    let spaced = spaced.replace('%', "%25").replace(' ', "%20").replace(',', "%2c");
    let gone = folder.path().join("gone.yaml").display().to_string();
    for (options, want, problems) in [
        (String::new(), Info, 0),
        (format!("-Dlog4j.configuration=file:{first}"), Error, 0),
        (format!("-Dlog4j.configuration={first}"), Error, 0),
        (format!("-Dlog4j.configuration=file://{first} -Dlog4j2.configurationFile={one}"), Warn, 0), // log4j 2 first
        (format!("-Dlog4j.configurationFile={one}"), Warn, 0),
        (format!("-Dlog4j2.configurationFile={one},file:{two}"), Off, 0),
        (format!("-Dlog4j2.configurationFile=file:{spaced}"), Fatal, 0),
        (format!("-Dlog4j2.configurationFile={spaced}"), Info, 1), // no URL
        (format!("-Dlog4j2.configurationFile={one},{gone}"), Warn, 1),
        (format!("-Dlog4j2.configurationFile={gone}"), Info, 1),
        (format!("-Dlog4j2.configurationFile={}", folder.path().display()), Info, 1), // a folder
        ("-Dlog4j2.configurationFile=classpath:x.yaml".to_owned(), Info, 1),
        ("-Dlog4j2.configurationFile=http://h/x.yaml".to_owned(), Info, 1),
        ("-Dlog4j2.configurationFile=/dev/zero".to_owned(), Info, 1),
    ] {
        let log4j = read(&JavaOptions::parse(&options));
        assert_eq!((log4j.levels.root(), log4j.problems.len()), (want, problems), "{options}: {:?}", log4j.problems);
    }
}
