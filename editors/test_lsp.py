"""The language server as a client library sees it: pytest-lsp starts it, lsprotocol checks the shape of every message.

    pip install pytest-lsp && cargo build --release && pytest editors/test_lsp.py

WHATIF says where the program is; by default target/release/whatif.
"""

import asyncio
import os
import time

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.environ.get("WHATIF", os.path.join(HERE, "..", "target", "release", "whatif"))
URI = "file:///work/shop.causal"
TEXT = """graph shop {
    service -> engagement -> churn
    service -> churn
}
total: P(churn | do(engagement))
"""


@pytest_lsp.fixture(config=ClientServerConfig(server_command=[PROGRAM, "lsp"]))
async def client(lsp_client: LanguageClient):
    for refresh in (types.WORKSPACE_CODE_LENS_REFRESH, types.WORKSPACE_INLAY_HINT_REFRESH):
        lsp_client.feature(refresh)(lambda *_: None)
    parameters = types.InitializeParams(capabilities=client_capabilities("visual-studio-code"))
    await lsp_client.initialize_session(parameters)
    yield
    await lsp_client.shutdown_session()


def write(client, version, text):
    if version == 1:
        item = types.TextDocumentItem(uri=URI, language_id="causal", version=1, text=text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    else:
        document = types.VersionedTextDocumentIdentifier(uri=URI, version=version)
        change = types.TextDocumentContentChangeWholeDocument(text=text)
        client.text_document_did_change(
            types.DidChangeTextDocumentParams(text_document=document, content_changes=[change])
        )


async def told(client):
    await client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return client.diagnostics[URI]


@pytest.mark.asyncio
async def test_a_session(client: LanguageClient):
    write(client, 1, TEXT.replace("do(engagement)", "do(engagment)"))
    wrong = await told(client)
    assert [one.code for one in wrong] == ["whatif::unknown_variable"]
    document = types.TextDocumentIdentifier(uri=URI)
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=document, range=wrong[0].range, context=types.CodeActionContext(diagnostics=list(wrong))
        )
    )
    assert actions[0].title == "write engagement"
    write(client, 2, TEXT)
    assert not await told(client)
    lenses = []
    for _ in range(200):
        lenses = await client.text_document_code_lens_async(types.CodeLensParams(text_document=document))
        if lenses:
            break
        await asyncio.sleep(0.05)
    assert lenses[0].command.title.startswith("identifiable: adjust for service")
    place = types.Position(line=4, character=22)
    at = dict(text_document=document, position=place)
    assert await client.text_document_hover_async(types.HoverParams(**at))
    assert await client.text_document_definition_async(types.DefinitionParams(**at))
    context = types.ReferenceContext(include_declaration=True)
    references = await client.text_document_references_async(types.ReferenceParams(context=context, **at))
    assert len(references) == 2
    edit = await client.text_document_rename_async(types.RenameParams(new_name="use", **at))
    assert len(edit.changes[URI]) == 2
    assert await client.text_document_completion_async(types.CompletionParams(**at))
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=document))
    assert symbols[0].name == "shop"
    tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text_document=document))
    assert len(tokens.data) % 5 == 0
    hints = await client.text_document_inlay_hint_async(
        types.InlayHintParams(text_document=document, range=types.Range(types.Position(0, 0), types.Position(9, 0)))
    )
    assert hints[0].label.startswith("= ")


@pytest.mark.asyncio
async def test_a_thousand_lines(client: LanguageClient):
    """Prints how long a keystroke takes to come back as diagnostics; the least of twenty is what counts."""
    lines = ["graph g {"] + [f"    v{n} -> v{n + 1}" for n in range(498)] + ["}"]
    lines += [f"P(v{n + 9} | do(v{n}))" for n in range(480)]
    times = []
    for version in range(1, 21):
        start = time.perf_counter()
        write(client, version, "\n".join(lines) + f"\n// {version}\n")
        await told(client)
        times.append((time.perf_counter() - start) * 1000)
    print(f"\n{len(lines)} lines: diagnostics after {min(times):.1f} ms at least, {sorted(times)[10]:.1f} ms in the middle")
