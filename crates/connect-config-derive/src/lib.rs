//! `#[derive(ConfigDef)]`: the struct is the declaration of a configuration, its doc comments the documentation.
//! ```text
//! struct ─▶ parse: fields and their #[config(…)] ─▶ expand: impl FromConfig + def(), parse(), parse_with()
//! ```
//! What the attributes mean is said at [`derive_config_def`].

mod expand;
mod parse;

use proc_macro::TokenStream;

/// Declares a configuration by a struct with named fields.
///
/// The struct gets `def()`, the declaration built once; `parse(&Props)`, which says every error at once; and
/// `parse_with(&Props, &dyn ClassResolver)`. A field's type is a `connect_config::ConfigField`; `Option<T>` may be left
/// out; a field without a default is required. Its doc comment is the documentation.
///
/// `#[config(…)]` takes:
/// - `name = "batch.size"`: the key; else the field's name with dots for underscores.
/// - `default = 2000`: a literal or any expression of the field's type; a string literal is read as the key's type.
/// - `importance = High | Medium | Low`; else `Medium`.
/// - `validate = NonEmptyString`: an expression that is a `Validator`; those of `connect_config::validators` need no
///   import.
/// - `group = "Common"`, `order = 1`, `width = None | Short | Medium | Long`, `display = "Tasks max"`.
/// - `dependents = ["a", "b"]`, `recommender = <expression>`, `internal`.
/// - `flatten`: the field is itself such a struct, and its keys stand here.
#[proc_macro_derive(ConfigDef, attributes(config))]
pub fn derive_config_def(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    parse::declaration(&input)
        .map(|declaration| expand::expand(&declaration))
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
