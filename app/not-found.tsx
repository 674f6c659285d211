import type { Metadata } from "next";
import { Trouble } from "@/app/trouble";
import { LinkButton } from "@/components/ui/link-button";
import { translator } from "@/lib/messages/server";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  const t = translator("shared");
  return (
    <Trouble
      title={t("notFound.title")}
      what={t("notFound.what")}
      money={t("notFound.money")}
      next={t("notFound.next")}
      actions={<LinkButton href="/">{t("home")}</LinkButton>}
    />
  );
}
