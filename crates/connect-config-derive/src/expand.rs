//! Writes the implementation.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, Lit};

use crate::parse::{Declaration, Field};

pub(crate) fn expand(declaration: &Declaration<'_>) -> TokenStream {
    let ident = declaration.ident;
    let keys = declaration.fields.iter().map(keys_of);
    let reads = declaration.fields.iter().map(read_of);
    let locals: Vec<_> = declaration.fields.iter().map(local_of).collect();
    let names: Vec<_> = declaration.fields.iter().map(|field| field.ident).collect();
    let api = api(ident);
    quote! {
        impl ::connect_config::FromConfig for #ident {
            fn keys() -> ::std::vec::Vec<::connect_config::ConfigKey> {
                let mut keys = ::std::vec::Vec::new();
                #(#keys)*
                keys
            }

            fn from_config(
                config: &::connect_config::ParsedConfig,
            ) -> ::std::result::Result<Self, ::connect_config::ConfigErrors> {
                let mut errors = ::std::vec::Vec::new();
                #(#reads)*
                match (#(#locals,)*) {
                    (#(::std::option::Option::Some(#locals),)*) => ::std::result::Result::Ok(Self { #(#names: #locals),* }),
                    _ => ::std::result::Result::Err(
                        ::connect_config::ConfigErrors::from_vec(errors)
                            .unwrap_or_else(|| ::connect_config::ConfigException::new("a field could not be read").into()),
                    ),
                }
            }
        }

        #api
    }
}

fn api(ident: &syn::Ident) -> TokenStream {
    quote! {
        #[allow(dead_code)]
        impl #ident {
            /// The declaration of this configuration, built once.
            pub fn def() -> &'static ::connect_config::ConfigDef {
                static DEF: ::std::sync::OnceLock<::connect_config::ConfigDef> = ::std::sync::OnceLock::new();
                DEF.get_or_init(|| {
                    <Self as ::connect_config::FromConfig>::keys()
                        .into_iter()
                        .fold(::connect_config::ConfigDef::new(), ::connect_config::ConfigDef::define)
                })
            }

            /// Reads the configuration; keys that it does not know are left alone.
            /// # Errors
            /// Everything that is wrong, in the order of definition.
            pub fn parse(
                props: &::connect_config::Props,
            ) -> ::std::result::Result<Self, ::connect_config::ConfigErrors> {
                Self::parse_with(props, &::connect_config::AnyClass)
            }

            /// As `parse`, with `classes` saying which classes exist.
            /// # Errors
            /// Everything that is wrong, in the order of definition.
            pub fn parse_with(
                props: &::connect_config::Props,
                classes: &dyn ::connect_config::ClassResolver,
            ) -> ::std::result::Result<Self, ::connect_config::ConfigErrors> {
                let config = Self::def().parse_all_with(props, classes)?;
                <Self as ::connect_config::FromConfig>::from_config(&config)
            }
        }
    }
}

fn keys_of(field: &Field<'_>) -> TokenStream {
    let ty = field.ty;
    if field.config.flatten {
        return quote! { keys.extend(<#ty as ::connect_config::FromConfig>::keys()); };
    }
    let name = name_of(field);
    let doc = &field.doc;
    let steps = steps_of(field);
    quote! {
        keys.push({
            #[allow(unused_imports)]
            use ::connect_config::validators::*;
            ::connect_config::field::key::<#ty>(#name).doc(#doc) #steps
        });
    }
}

/// The builder calls that the attributes ask for.
fn steps_of(field: &Field<'_>) -> TokenStream {
    let config = &field.config;
    let default = config.default.as_ref().map(|value| default_of(field, value));
    let importance = config.importance.as_ref().map(|word| quote! { .importance(::connect_config::Importance::#word) });
    let validate = config.validate.as_ref().map(|validator| quote! { .validator(#validator) });
    let order = config.order.as_ref().map_or_else(|| quote! { -1 }, |order| quote! { #order });
    let group = config.group.as_ref().map(|group| quote! { .group(#group, #order) });
    let width = config.width.as_ref().map(|word| quote! { .width(::connect_config::Width::#word) });
    let display = config.display.as_ref().map(|text| quote! { .display(#text) });
    let dependents = config.dependents.as_ref().map(|names| quote! { .dependents(#names) });
    let recommender = config.recommender.as_ref().map(|recommender| quote! { .recommender(#recommender) });
    let internal = config.internal.then(|| quote! { .internal() });
    quote! { #default #importance #validate #group #width #display #dependents #recommender #internal }
}

fn default_of(field: &Field<'_>, value: &Expr) -> TokenStream {
    let ty = field.ty;
    match value {
        // Text is read as the key's type, so that any type can be written as in a file.
        Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)) => quote! { .default(#value) },
        _ => quote! { .default(<#ty as ::connect_config::ConfigField>::into_parsed(#value)) },
    }
}

fn read_of(field: &Field<'_>) -> TokenStream {
    let (local, ty) = (local_of(field), field.ty);
    if field.config.flatten {
        return quote! { let #local = ::connect_config::field::read_nested::<#ty>(config, &mut errors); };
    }
    let name = name_of(field);
    quote! { let #local = ::connect_config::field::read::<#ty>(#name, config, &mut errors); }
}

fn local_of(field: &Field<'_>) -> syn::Ident {
    format_ident!("field_{}", field.ident.to_string().trim_start_matches("r#"))
}

fn name_of(field: &Field<'_>) -> String {
    let from_ident = || field.ident.to_string().trim_start_matches("r#").replace('_', ".");
    field.config.name.as_ref().map_or_else(from_ident, syn::LitStr::value)
}
