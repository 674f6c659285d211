import { errorWords } from "@/components/copy/errors";
import { Banner } from "@/components/ui/banner";
import { RefreshWhile } from "./refresh-while";

/** In place of what only the chain knows; looks again by itself. */
export function ChainDown() {
  const { what, money, next } = errorWords.chain_down;
  return (
    <>
      <RefreshWhile waiting everyMs={5_000} />
      <Banner tone="error" title={what} money={money} next={next} />
    </>
  );
}
