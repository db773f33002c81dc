use super::tokens::{Token, Tokens};
use super::*;

fn tokens(text: &str) -> String {
    let shown = Tokens::new(text, "-_$").map(|token| match token {
        Token::Word(text) => format!("W:{text}"),
        Token::Quoted(text) => format!("Q:{text}"),
        Token::Number => "N".to_owned(),
        Token::Sign(sign) => sign.to_string(),
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn splits_as_javas_tokenizer() {
    for (text, want) in [
        ("a-b_c$d.e1 f", "W:a-b_c$d.e1 W:f"),
        ("-x", "- W:x"),
        ("a=-5", "W:a = N"),
        ("1a", "N W:a"),
        ("5-3", "N N"),
        ("x-", "W:x-"),
        ("--a", "- - W:a"),
        ("-.", "N"),
        (r#""a\"b\101\4012\n\q\8""#, "Q:a\"bA 12\nq8"),
        (r#""\777""#, "Q:?7"), // \77 is the most that fits into a byte
        ("'x\"y'", "Q:x\"y"),
        ("\"open\nnext", "Q:open W:next"), // a string ends with its line
        ("\"a\\\nb\" c", "Q:a\nb W:c"),    // unless the line's end is escaped
        ("a/b c\nd", "W:a W:d"),           // one slash is enough for a comment
        ("a /* x\n*y */ b", "W:a W:b"),
        ("a//c\nb", "W:a W:b"),
        ("a /* b", "W:a"),
        ("a;b={};", "W:a ; W:b = { } ;"),
        ("é\u{ad}\u{4e2d}:#", "W:é\u{ad}\u{4e2d} : #"),
        ("\"tail\\", "Q:tail"),
    ] {
        assert_eq!(tokens(text), want, "{text}");
    }
}

fn shown(modules: &[LoginModule]) -> String {
    let module = |module: &LoginModule| {
        let options = module.options().map(|(name, value)| format!(" {name}={value}")).collect::<String>();
        format!("{}{options}", module.class)
    };
    modules.iter().map(module).collect::<Vec<_>>().join("; ")
}

#[test]
fn reads_the_property_as_java_does() {
    for (text, want) in [
        ("a.B required;", Ok("a.B")),
        ("a.B REQUISITE u=x p=\"y z\\\"\";", Ok("a.B p=y z\" u=x")),
        ("a.B Optional u=\"\" 'p'='q';", Ok("a.B p=q u=")),
        ("a.B required // why\n u=x;", Ok("a.B u=x")),
        ("a.B required u=x; c.D sufficient;", Ok("a.B u=x; c.D")),
        ("a.B required u=x u=y;", Ok("a.B u=y")),
        (" ", Err("Login module not specified in JAAS config")),
        ("a.B", Err("Login module control flag not specified in JAAS config")),
        ("a.B wanted;", Err("Invalid login module control flag in JAAS config")),
        ("a.B ;", Err("Login module control flag is not available in the JAAS config")),
        ("a.B required u=x", Err("JAAS config entry not terminated by semi-colon")),
        ("a.B required u;", Err("Value not specified for a key in JAAS config; are all values quoted?")),
        ("a.B required u=;", Err("Value not specified for key 'u' in JAAS config")),
        ("a.B required u=12;", Err("Value not specified for key 'u' in JAAS config")), // Java wants quotes here
        ("a.B required p=\"se\"cret\";", Err("Value not specified for a key in JAAS config; are all values quoted?")),
        ("a.B required 12=u;", Err("Value not specified for a key in JAAS config; are all values quoted?")),
        ("a.B required;;", Err("Login module control flag not specified in JAAS config")),
        ("; required;", Err("Login module not specified in JAAS config")),
    ] {
        let got = inline::parse(text).map(|modules| shown(&modules));
        assert_eq!(got.as_deref().map_err(String::as_str), want, "{text}");
    }
}

#[test]
fn reads_the_file_as_java_does() {
    let system = SystemProperties::parse("-Duser=bob");
    for (text, want) in [
        ("KafkaClient { a.B required u=\"x\"; c.D optional; };", Ok("a.B u=x; c.D")),
        ("Other { x.Y required; };\n/* mine */ KafkaClient { a.B required\n u=x; };", Ok("a.B u=x")),
        ("\"KafkaClient\" { a.B required u=\"${user}${/}x$\"; };", Ok("a.B u=bob/x$")),
        ("KafkaClient { a.B required u=\"${who}\"; };", Err("Unable to properly expand a value's ${…}")),
        ("KafkaClient {\n a.B required\n u=12; };", Err("Line 3: expected [option value], found [null]")),
        ("KafkaClient { a.B wanted; };", Err("Invalid control flag")),
        ("KafkaClient { a.B required; }", Err("expected [;], read [end of file]")),
        ("KafkaClient { a.B required u=x", Err("expected [option key], read [end of file]")),
        ("KafkaClient { a.B required p=my word; };", Err("Line 1: expected [=], found [;]")),
        ("KafkaClient { a.B required p \"hush\"; };", Err("Line 1: expected [=], found [a text]")),
        ("A { a.B required; }; A { a.B required; };", Err("Can not specify multiple entries for A")),
    ] {
        let found = file::parse(text, &system);
        let found = found.map(|contexts| contexts.get("KafkaClient").cloned());
        let got = found.map(|found| shown(&found.unwrap_or_default()));
        let want = want.map(str::to_owned).map_err(|why| format!("Configuration Error:\n\t{why}"));
        assert_eq!(got, want, "{text}");
    }
}

#[test]
fn a_file_that_is_none_is_refused_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = crate::security::file::tests::pipe(folder.path()).display().to_string();
    for (path, why) in
        [(pipe.as_str(), "a pipe, a socket or a device"), ("/", "it is a directory"), ("/no/such", "No such file")]
    {
        let system = SystemProperties::parse(&format!("-Djava.security.auth.login.config={path}"));
        let error = load(&Keys::new(&connect_config::Props::new()), &system).unwrap_err().to_string();
        let want = format!("java.security.auth.login.config: {path} (");
        assert!(error.contains(&want) && error.contains(why), "{error}");
    }
}

#[test]
fn options_are_not_shown() {
    let modules = inline::parse("a.B required password=hush;").unwrap();
    assert!(!format!("{modules:?}").contains("hush"));
}
