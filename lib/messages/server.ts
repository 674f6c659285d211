import { createTranslator, type NamespaceKeys, type NestedKeyOf } from "use-intl/core";
import { type Catalogue, catalogue, locale } from "@/lib/messages/catalogue";

/** `const t = translator("public.home")`: the catalogue's texts on the server. */
export function translator<const N extends NamespaceKeys<Catalogue, NestedKeyOf<Catalogue>>>(namespace: N) {
  return createTranslator({ locale, messages: catalogue, namespace });
}
