"""What axe finds on a page: the rules of WCAG 2.2 A and AA, run by the very engine that auditors use."""

from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).resolve().parents[2] / "central" / "console" / "node_modules" / "axe-core" / "axe.min.js"
# A colour that is still on its way from light to dark is no colour of the page.
_RUN = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame(); await frame();
  const ending = document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity);
  await Promise.all(ending.map((one) => one.finished.catch(() => null)));
  await frame();
  const found = await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
  return found.violations
    .filter((one) => ['serious', 'critical'].includes(one.impact))
    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary.split('\\n')[1]}`));
}"""


async def faults_of(page: Page) -> list[str]:
    """Return what is serious or critical, a line each."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = await page.evaluate(_RUN)
    return found
