import type { Metadata } from "next";
import { Specimens } from "@/app/staff/kit/specimens";
import { PageHeader } from "@/components/ui/page-header";

export const metadata: Metadata = { title: "Kit" };

export default function KitPage() {
  return (
    <main id="content" className="mx-auto max-w-page py-8">
      <PageHeader
        title="The kit"
        lead="Every part in every state, on paper and in the dark."
        className="px-4 sm:px-8"
      />
      {(["light", "dark"] as const).map((theme) => (
        <div key={theme} data-theme={theme} className="mb-10 bg-paper p-4 text-ink sm:p-8">
          <Specimens theme={theme} />
        </div>
      ))}
    </main>
  );
}
