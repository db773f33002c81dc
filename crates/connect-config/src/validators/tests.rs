use super::*;
use crate::{Class, ClassShape, Password};

type Check = (Box<dyn Validator>, Parsed, Result<(), &'static str>);

#[test]
fn verdicts() {
    let interface = "org.acme.Converter";
    let class = |implements: &[&str], is_abstract, nested: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let shape = ClassShape { implements: owned(implements), is_abstract, concrete_nested: owned(nested) };
        Parsed::from(Class::with_shape("org.acme.X", shape))
    };
    let any = |empty, null| ValidList::any_non_duplicate_values(empty, null);
    let none = Parsed::List(Vec::new());
    let checks: Vec<Check> = vec![
        (Box::new(Range::at_least(1)), 1.into(), Ok(())),
        (Box::new(Range::at_least(1)), 0.into(), Err("Invalid value 0 for configuration k: Value must be at least 1")),
        (
            Box::new(Range::at_least(1)),
            Parsed::Null,
            Err("Invalid value null for configuration k: Value must be non-null"),
        ),
        (Box::new(OrNull(Range::at_least(1))), Parsed::Null, Ok(())),
        (
            Box::new(Range::between(0.5, 1.0)),
            2.0.into(),
            Err("Invalid value 2.0 for configuration k: Value must be no more than 1.0"),
        ),
        (Box::new(NonNull), Parsed::Null, Err("Invalid value null for configuration k: entry must be non null")),
        (
            Box::new(ValidString::one_of(["a", "b"])),
            "A".into(),
            Err("Invalid value A for configuration k: String must be one of: a, b"),
        ),
        (Box::new(CaseInsensitiveValidString::one_of(["a"])), "A".into(), Ok(())),
        (
            Box::new(CaseInsensitiveValidString::one_of(["a"])),
            Parsed::Null,
            Err("Invalid value null for configuration k: String must be one of (case insensitive): A"),
        ),
        (Box::new(NonEmptyString), Parsed::Null, Ok(())),
        (Box::new(NonEmptyString), "".into(), Err("Invalid value  for configuration k: String must be non-empty")),
        (
            Box::new(NonEmptyStringWithoutControlChars),
            "a\u{0}\n".into(),
            Err(
                "Invalid value a\u{0}\n for configuration k: String may not contain control sequences but had the following ASCII chars: 0, 10",
            ),
        ),
        (Box::new(any(true, false)), none.clone(), Ok(())),
        (Box::new(any(true, false)), Parsed::Null, Err("Configuration 'k' values must not be null.")),
        (
            Box::new(any(false, true)),
            none.clone(),
            Err("Configuration 'k' must not be empty. Valid values include: any non-empty value"),
        ),
        (Box::new(any(true, true)), ["", "a", ""].into(), Err("Configuration 'k' values must not be duplicated.")),
        (Box::new(any(true, true)), ["a", ""].into(), Err("Configuration 'k' values must not be empty.")),
        (
            Box::new(ValidList::of(["a"])),
            ["b"].into(),
            Err("Invalid value b for configuration k: String must be one of: a"),
        ),
        (
            Box::new(ValidList::non_empty_of(["a"])),
            none,
            Err("Configuration 'k' must not be empty. Valid values include: [a]"),
        ),
        (
            Box::new(ListSize::at_most(1)),
            ["a", "b"].into(),
            Err("Invalid value [a, b] for configuration k: exceeds maximum list size of [1]."),
        ),
        (Box::new(ConcreteSubclass::of(interface)), Class::named("whatever").into(), Ok(())),
        (
            Box::new(ConcreteSubclass::of(interface)),
            class(&[], false, &[]),
            Err("Class class org.acme.X does not implement the Converter interface"),
        ),
        (
            Box::new(ConcreteSubclass::of(interface)),
            class(&[interface], true, &[]),
            Err("This class is abstract and cannot be created."),
        ),
        (
            Box::new(InstantiableClass),
            class(&[], true, &["A$K", "A$V"]),
            Err("This class is abstract and cannot be created. Did you mean A$K, A$V?"),
        ),
        (Box::new(ValidRegex), "a.*".into(), Ok(())),
        (
            Box::new(ValidRegex),
            "(".into(),
            Err("Invalid value ( for configuration k: Invalid regex: Unclosed group near index 1\n("),
        ),
        (
            Box::new(Composite(vec![Box::new(NonNull), Box::new(NonEmptyString)])),
            "".into(),
            Err("Invalid value  for configuration k: String must be non-empty"),
        ),
        (Box::new(NonNull), Password::new("x").into(), Ok(())),
    ];
    for (validator, value, want) in checks {
        let ours = validator.ensure_valid("k", &value).map_err(|error| error.message().to_owned());
        assert_eq!(ours, want.map_err(str::to_owned), "{validator:?} of {value:?}");
    }
}

#[test]
fn descriptions() {
    let composite = Composite(vec![Box::new(NonNull), Box::new(Lambda::new("unique", |_, _| Ok(())))]);
    let validators: [(Box<dyn Validator>, &str); 7] = [
        (Box::new(Range::at_least(1)), "[1,...]"),
        (Box::new(Range::between(0.5, 1.0)), "[0.5,...,1.0]"),
        (Box::new(ValidString::one_of(["none", "all"])), "[none, all]"),
        (Box::new(CaseInsensitiveValidString::one_of(["required"])), "(case insensitive) [REQUIRED]"),
        (Box::new(ValidList::any_non_duplicate_values(true, true)), ""),
        (Box::new(composite), "non-null string, unique"),
        (Box::new(ConcreteSubclass::of("a.B")), "A concrete subclass of a.B"),
    ];
    for (validator, want) in validators {
        assert_eq!(validator.describe(), want);
    }
}
